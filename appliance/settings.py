"""The home of an appliance, and its settings: each one a name, a default and a sentence of help.

A home holds `district.db` and `desk.db` (encrypted: the records, and the people who look), `keys/` (the key-encryption
key and the wrapped data key), `outbox/` (releases, ready to be carried), `ballast` (room for a full disk) and, when
somebody wants other than the defaults, `config.toml`.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from appliance.errors import HomeTrouble

PACKAGE = Path(__file__).parent
_BESIDE = PACKAGE.parent / "templates"
TEMPLATES = PACKAGE / "templates" if (PACKAGE / "templates").is_dir() else _BESIDE
"""Where pages and manual are: inside an installed package, beside it in a checkout."""

_FRACTION = r"^[0-9]{1,12}(/0*[1-9][0-9]{0,11})?$"


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people sign in besides a password of Schoolhouse itself. Which directory: see the doorkeeper's own file."""

    directory: bool = False
    """Whether names and passwords are also those of the district's directory (LDAP), asked through its doorkeeper."""
    directory_socket: str = "/run/schoolhouse/ldap.sock"
    """Where the directory's doorkeeper listens."""
    provider: bool = False
    """Whether people may sign in at the district's OpenID Connect provider (Entra, Google), through its doorkeeper."""
    provider_socket: str = "/run/schoolhouse/oidc.sock"
    """Where the provider's doorkeeper listens."""
    provider_name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "your district account"
    """What the button says after "Sign in with"."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a district may choose. An unknown name or a value out of range stops the start."""

    minimum_cell: Annotated[int, msgspec.Meta(ge=5, le=100)] = 10
    """What the shipped rules of releases are proposed with: groups of fewer students never leave. Not below 5.

    It changes no release: two people sign its rules, and only what they signed holds."""
    session_idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=240)] = 60
    """A signed-in person who does nothing for so long must sign in again."""
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 12
    """A session ends after so long, whatever happens in it."""
    hold_rows: Annotated[int, msgspec.Meta(ge=0)] = 10
    """An import waits for a person when more records than this, and more than `hold_share` of them, end or change."""
    hold_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.10
    """See `hold_rows`. 0.10 is a tenth of what is loaded."""
    inclusive_ends: tuple[Literal["oneroster", "exports"], ...] = ()
    """Sources that write an end date as the last day that counts: ["oneroster"] for PowerSchool's packages. Else the
    first day that does not count, as OneRoster says."""
    leading_system: Literal["", "oneroster", "edfi", "clever"] = ""
    """Whose word counts where files of two systems name the same record. Empty: the one that was loaded first."""
    drop_folder: str = ""
    """A folder whose files are imported by themselves; relative to the home, or absolute. Empty: none."""
    drop_folder_afterwards: Literal["move", "shred"] = "move"
    """What becomes of a loaded file: moved to loaded/ in the drop folder, in plain text; or overwritten and removed. A
    flash disk may keep copies of what was overwritten."""
    drop_folder_still_seconds: Annotated[int, msgspec.Meta(ge=1, le=86400)] = 60
    """A file in the drop folder waits until nothing about it has changed for so long."""
    upload_megabytes: Annotated[int, msgspec.Meta(ge=1, le=16384)] = 2048
    """The most that one upload may bring, all its files together."""
    witness_folder: str = ""
    """Where the head of the access log is written each hour; best on another disk. Empty: inside the home."""
    daily_witness_folder: str = ""
    """Where it is written once more each day, under the day's name; best on a machine that the people who look after
    this one cannot change, such as a share of the auditor's. Empty: nowhere."""
    students_an_hour: dict[str, Annotated[int, msgspec.Meta(ge=1, le=5000)]] = {}
    """How many different students one person opens in an hour before the data steward is told, by role: {teacher = 60}
    for example. Roles that are not named keep their own number."""
    weekly_pulse: bool = False
    """Whether noisy totals of a finished week may leave the district: schoolhouse pulse. Off until you say so."""
    pulse_cap: Annotated[str, msgspec.Meta(pattern=_FRACTION)] = "1/2"
    """The most that a school year of pulses may cost a student's privacy: rho, as a fraction. Not above 2."""
    pulse_weeks: Annotated[int, msgspec.Meta(ge=1, le=52)] = 36
    """Pulses in a school year, among which the cap is divided evenly."""
    pulse_delta: Annotated[str, msgspec.Meta(pattern=_FRACTION)] = "1/1000000"
    """The delta at which a pulse's report says its cost as epsilon too. It changes no noise. Not above 1/100000."""
    family_pages: bool = False
    """Whether guardians may sign in and see their own children. Off until you say so."""
    letter_contact: Annotated[str, msgspec.Meta(max_length=120)] = ""
    """How a family reaches the school, printed at the end of a letter home: "Elm School office, (555) 010-0142"."""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    """The names under which people open Schoolhouse; any other is refused."""
    tls_certificate: str = ""
    """The certificate (PEM, with what stands between it and its authority) with which Schoolhouse speaks to browsers;
    relative to the home. Empty: one of its own, which browsers warn of."""
    tls_key: str = ""
    """The key of `tls_certificate` (PEM)."""
    sign_in: SignIn = SignIn()
    """How people sign in besides a password of Schoolhouse itself: a table of its own, [sign_in]."""


def read_settings(home: Path) -> Settings:
    """The settings of a home; the defaults where `config.toml` says nothing. Raises HomeTrouble naming file and key."""
    file = home / "config.toml"
    if not file.exists():
        return Settings()
    try:
        return msgspec.convert(tomllib.loads(file.read_text()), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise HomeTrouble(f"{file.name}: {error}. Mend that line, or take it out to have the default.") from error
