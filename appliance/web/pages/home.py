"""The front page: each role goes to its own first page."""

from litestar import Request, get
from litestar.response import Redirect

from appliance.actions import Action
from appliance.web.visit import Visit, first_page


@get("/", action=Action.SEE_OPEN_PAGE, sync_to_thread=False)
def home(request: Request) -> Redirect:  # type: ignore[type-arg]
    """Whoever is signed in goes to their first page, everybody else to the form."""
    visit = request.scope.get("user")
    return Redirect(first_page(visit.role) if isinstance(visit, Visit) else "/sign-in", status_code=303)
