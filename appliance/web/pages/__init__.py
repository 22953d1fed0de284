"""One file a page: its handler and its frozen dataclass. Its template has the same name in templates/pages/."""

from appliance.web.pages.home import home
from appliance.web.pages.sign_in import sign_in, sign_in_page, sign_out
from appliance.web.pages.static import healthz, static_file
from appliance.web.pages.student import add_check_in, see_student
from appliance.web.pages.this_week import see_this_week

PAGES = [home, sign_in_page, sign_in, sign_out, healthz, static_file, see_this_week, see_student, add_check_in]
"""Every handler of the server. A test sees to it that each names its action."""
