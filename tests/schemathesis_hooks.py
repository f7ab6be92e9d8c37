"""A post under a key that was used before is answered as the first one was, whose comment may be gone by now. To Schemathesis
that would look like a comment that was never made, so each good key is used once."""

import itertools
import re

import schemathesis

numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[0-9A-Za-z-]{1,200}", key):
        case.headers["Idempotency-Key"] = f"{key}-{next(numbers)}"
