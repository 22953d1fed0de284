"""One file a page: its handler and its frozen dataclass. Its template has the same name in templates/pages/."""

from litestar.handlers import HTTPRouteHandler

from appliance.web.pages.accounts import ACCOUNT_PAGES
from appliance.web.pages.audit import AUDIT_PAGES
from appliance.web.pages.broken_glass import break_glass, see_break_glass, see_broken_glass
from appliance.web.pages.classes import see_caseload, see_class, see_classes
from appliance.web.pages.covered import see_covered
from appliance.web.pages.data import see_data
from appliance.web.pages.district import DISTRICT_PAGES
from appliance.web.pages.drafting import DRAFTING_PAGES
from appliance.web.pages.exports import EXPORTS
from appliance.web.pages.fields import FIELD_PAGES
from appliance.web.pages.find import find_student
from appliance.web.pages.grants import GRANT_PAGES
from appliance.web.pages.home import home
from appliance.web.pages.language import choose_language
from appliance.web.pages.lineage import LINEAGE_PAGES
from appliance.web.pages.look_as import LOOK_AS_PAGES
from appliance.web.pages.manual import see_manual
from appliance.web.pages.mappings import MAPPING_PAGES
from appliance.web.pages.measure_files import MEASURE_FILES
from appliance.web.pages.measure_students import see_measure_students
from appliance.web.pages.measures import MEASURE_PAGES
from appliance.web.pages.meeting import MEETING_SHEETS
from appliance.web.pages.my_children import FAMILY_PAGES
from appliance.web.pages.my_scope import see_my_scope
from appliance.web.pages.my_sign_in import MY_SIGN_IN_PAGES
from appliance.web.pages.one_time_code import choose_password, one_time_code
from appliance.web.pages.paper import PAPER
from appliance.web.pages.passkeys import passkey_page, use_passkey
from appliance.web.pages.prove import prove, prove_by_passkey, prove_by_passkey_page, prove_page
from appliance.web.pages.provider import come_back, go_to_provider
from appliance.web.pages.quarantine import QUARANTINE_PAGES
from appliance.web.pages.release import RELEASE_PAGES
from appliance.web.pages.release_rules import RELEASE_RULES_PAGES
from appliance.web.pages.releases import see_releases
from appliance.web.pages.rules import change_rules, see_rules
from appliance.web.pages.school import see_school
from appliance.web.pages.school_numbers import SCHOOL_NUMBERS
from appliance.web.pages.second_factor import bring_code, second_factor, set_up_app, set_up_app_page
from appliance.web.pages.sign_in import sign_in, sign_in_page, sign_out
from appliance.web.pages.static import healthz, static_file
from appliance.web.pages.student import add_check_in, see_student
from appliance.web.pages.supports import begin_support, end_support, write_cares_about
from appliance.web.pages.this_week import see_this_week
from appliance.web.pages.upload import IMPORT_PAGES
from appliance.web.pages.who_is_who import WHO_IS_WHO_PAGES
from appliance.web.pages.who_may_see import ask_who_may_see, find_whom, see_who_may_see

PAGES: list[HTTPRouteHandler] = [
    *(home, sign_in_page, sign_in, sign_out, healthz, static_file, see_manual, see_my_scope),
    *(second_factor, bring_code, set_up_app_page, set_up_app, passkey_page, use_passkey),
    *(one_time_code, choose_password, go_to_provider, come_back),
    *(prove_page, prove, prove_by_passkey_page, prove_by_passkey, *MY_SIGN_IN_PAGES, *ACCOUNT_PAGES),
    *(see_this_week, see_classes, see_class, see_caseload, see_school, find_student, see_student, add_check_in),
    *(begin_support, end_support, write_cares_about, *EXPORTS, *PAPER, *SCHOOL_NUMBERS, *DISTRICT_PAGES),
    *MEETING_SHEETS,
    *(
        *LINEAGE_PAGES,
        *MEASURE_PAGES,
        see_measure_students,
        *MEASURE_FILES,
        *MAPPING_PAGES,
        *FIELD_PAGES,
        *QUARANTINE_PAGES,
    ),
    *(see_covered, *FAMILY_PAGES, choose_language, ask_who_may_see, find_whom, see_who_may_see),
    *(see_break_glass, break_glass, see_broken_glass, *GRANT_PAGES, *LOOK_AS_PAGES, *AUDIT_PAGES),
    *(see_data, see_rules, change_rules, see_releases, *DRAFTING_PAGES, *RELEASE_PAGES, *RELEASE_RULES_PAGES),
    *(*IMPORT_PAGES, *WHO_IS_WHO_PAGES),
]
"""Every handler of the server. A test sees to it that each names its action."""
