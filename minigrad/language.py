"""The language in which minigrad speaks to its user: English ('en') or Chinese ('zh')."""

import locale
import os
from collections.abc import Mapping

LANGUAGES = ("en", "zh")

_chosen: str | None = None


def set_language(name: str | None) -> None:
    """Speak this language from here on; None leaves it to MINIGRAD_LANG and the locale. UnknownNameError for others."""
    global _chosen
    _chosen = None if name is None else known(name)


def language() -> str:
    """'en' or 'zh': what was set, else MINIGRAD_LANG, else the locale's language, else English."""
    if _chosen is not None:
        return _chosen
    if os.environ.get("MINIGRAD_LANG"):
        return known(os.environ["MINIGRAD_LANG"])
    # The order in which gettext looks, and then what Windows and macOS know without these variables.
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next(filter(None, names), None) or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def known(name: str) -> str:
    """The language that a name such as 'zh', 'zh_CN.UTF-8' or 'en-GB' means."""
    short = name.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    if short not in LANGUAGES:
        from .errors import UnknownNameError  # here, because errors are told in the user's language too

        raise UnknownNameError("language", name, LANGUAGES)
    return short


def say(en: str, zh: str) -> str:
    """The sentence in the user's language."""
    return zh if language() == "zh" else en


def pick(texts: Mapping[str, str]) -> str:
    """The entry of {'en': ..., 'zh': ...} in the user's language."""
    return texts[language()]
