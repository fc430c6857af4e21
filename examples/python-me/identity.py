"""Who is calling: reads what the session authorizer hands on. One file on the standard library, for Python 3.11 and later;
copy it.

Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAME = re.compile(r"[\x21-\x7e]{1,48}")
_ORIGIN = re.compile(r"[\x21-\x7e]{1,512}")
_EXTERNAL_ID = re.compile(r"[\x21-\x7e]{1,64}")
_SECONDS = re.compile(r"[1-9][0-9]{0,14}")
_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,31}")
_CLAIM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")
# Names that no claim has: each means something else, here or in tokens.
_RESERVED = (
    "app_id aud audience auth_time azp client_id exp expires_at external_id iat iss jti nbf openid principal_id reason roles scope scopes"
    " session_id sub unionid user_id"
).split()
_MOST_ROLES, _MOST_CLAIMS, _MOST_CLAIMS_BYTES = 16, 20, 1024


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
    # The origin of the page in a web-view whose session it is; None for the Mini Program's own.
    audience: str | None = None
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
    try:
        auth_time = _optional(handed_on, "auth_time", _SECONDS)
        return Identity(
            user_id=_text(handed_on.get("user_id"), _UUID),
            app_id=_text(handed_on.get("app_id"), _NAME),
            openid=_text(handed_on.get("openid"), _NAME),
            unionid=_optional(handed_on, "unionid", _NAME),
            session_id=_text(handed_on.get("session_id"), _UUID),
            expires_at=int(_text(handed_on.get("expires_at"), _SECONDS)),
            auth_time=None if auth_time is None else int(auth_time),
            audience=_optional(handed_on, "audience", _ORIGIN),
            roles=_roles(_optional(handed_on, "roles", _PRINTABLE)),
            claims=_claims(handed_on),
            external_id=_optional(handed_on, "external_id", _EXTERNAL_ID),
        )
    except ValueError:
        return None


def _roles(text):
    """One string, in order, a space between two; no roles are no string."""
    roles = [] if text is None else [_text(role, _ROLE) for role in text.split(" ")]
    _check(len(roles) <= _MOST_ROLES and roles == sorted(set(roles)))
    return tuple(roles)


def _claims(handed_on):
    """Each claim is a name of its own, `claim_<name>`, and text."""
    claims = {_text(name[6:], _CLAIM): _text(value, _PRINTABLE) for name, value in handed_on.items() if name.startswith("claim_")}
    size = sum(len((name + value).encode("utf-8", "surrogatepass")) for name, value in claims.items())
    _check(len(claims) <= _MOST_CLAIMS and size <= _MOST_CLAIMS_BYTES and claims.keys().isdisjoint(_RESERVED))
    return claims


def _optional(handed_on, name, form):
    """What there need not be. What is None is there."""
    return _text(handed_on[name], form) if name in handed_on else None


def _text(value, form):
    _check(isinstance(value, str) and form.fullmatch(value))
    return value


def _check(fits):
    if not fits:
        raise ValueError
