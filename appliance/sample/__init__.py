"""An invented district of any size, written to files as a real one sends them: for demo, tests and benchmarks."""

from appliance.sample.district import Change, SampleDistrict, write_district
from appliance.sample.staff import DemoPerson
from appliance.sample.stories import Kind

__all__ = ["Change", "DemoPerson", "Kind", "SampleDistrict", "write_district"]
