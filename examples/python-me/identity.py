"""Who is calling: reads what the session authorizer hands on. One file on the standard library, for Python 3.11 and later;
copy it.

Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,31}")
_EXTERNAL_ID = re.compile(r"[\x21-\x7e]{1,64}")
_CLAIM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Identity:
    """Who is calling. `openid` and `unionid` are WeChat's names of the user: never send them to a client, never log them."""

    user_id: str
    app_id: str
    openid: str
    session_id: str
    expires_at: int
    unionid: str | None = None
    # When the session's login was, unix seconds.
    auth_time: int | None = None
    # What your backend said of the user: docs/accounts.md.
    roles: tuple[str, ...] = ()
    claims: dict[str, str] = field(default_factory=dict)
    external_id: str | None = None


def identity_of(event):
    """The caller, or None when no session authorizer was asked: REST API, HTTP API (payload 2.0), WebSocket API."""
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    return identity_in(context.get("authorizer") if isinstance(context, Mapping) else None)


def identity_in(authorizer):
    """The same for whoever has `requestContext.authorizer` alone, or AppSync's `identity.resolverContext`."""
    if not isinstance(authorizer, Mapping):
        return None
    # Flat behind a REST API and a WebSocket API, under "lambda" behind an HTTP API.
    handed_on = authorizer.get("lambda", authorizer)
    if not isinstance(handed_on, Mapping):
        return None
    unionid, external_id = handed_on.get("unionid"), handed_on.get("external_id")
    expires_at, roles, claims = _seconds(handed_on.get("expires_at")), _roles(handed_on), _claims(handed_on)
    whole = (
        all(_matches(_UUID, handed_on.get(name)) for name in ("user_id", "session_id"))
        and all(isinstance(handed_on.get(name), str) for name in ("app_id", "openid"))
        and (unionid is None or isinstance(unionid, str))
        and (external_id is None or _matches(_EXTERNAL_ID, external_id))
        and None not in (expires_at, roles, claims)
    )
    if not whole:
        return None
    names = {name: handed_on[name] for name in ("user_id", "app_id", "openid", "session_id")}
    return Identity(
        **names, expires_at=expires_at, unionid=unionid, auth_time=_seconds(handed_on.get("auth_time")),
        roles=roles, claims=claims, external_id=external_id,
    )


def _roles(handed_on):
    """One string, a space between two; no roles are no string."""
    if "roles" not in handed_on:
        return ()
    text = handed_on["roles"]
    roles = tuple(text.split(" ")) if isinstance(text, str) else ("",)
    return roles if all(_matches(_ROLE, role) for role in roles) else None


def _claims(handed_on):
    """Each claim is a name of its own, `claim_<name>`, and text."""
    claims = {name[6:]: value for name, value in handed_on.items() if name.startswith("claim_")}
    fine = all(_matches(_CLAIM, name) and isinstance(value, str) and not _CONTROL.search(value) for name, value in claims.items())
    return claims if fine else None


def _seconds(value):
    """API Gateway hands every value on as text; a number is taken too."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return int(value)
    return value if type(value) is int and 0 <= value < 10**15 else None


def _matches(form, value):
    return isinstance(value, str) and form.fullmatch(value) is not None
