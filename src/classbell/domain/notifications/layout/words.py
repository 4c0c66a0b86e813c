"""The layout's own words in each language; ``{names}`` stand for what is put in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What the layout says around a message.

    Attributes:
        why_catalog: why somebody gets it, where it is about a catalog.
        why_organisation: the same where it is about none.
        why_installation: the same where it is for the operator.
        choose: text of the link to one's preferences.
        copy_of_one: why it is a copy, where the mail went to one person.
        copy_of_many: the same where it went to several.
    """

    why_catalog: str
    why_organisation: str
    why_installation: str
    choose: str
    copy_of_one: str
    copy_of_many: str


WORDS: dict[str, Words] = {
    "en": Words(
        "You get this message from {organisation} because it concerns you in the course catalog "
        "“{catalog}”.",
        "You get this message from {organisation} because it concerns you or your work there.",
        "You get this message because you look after this installation of Classbell.",
        "Choose which messages you get",
        "For your information: this went to {name}.",
        "For your information: this went to {count} people.",
    ),
    "de": Words(
        "Sie erhalten diese Nachricht von {organisation}, weil sie Sie im Kurskatalog „{catalog}“ "
        "betrifft.",
        "Sie erhalten diese Nachricht von {organisation}, weil sie Sie oder Ihre Arbeit dort "
        "betrifft.",
        "Sie erhalten diese Nachricht, weil Sie diese Installation von Classbell betreuen.",
        "Auswählen, welche Nachrichten Sie erhalten",
        "Zu Ihrer Information: Diese Nachricht ging an {name}.",
        "Zu Ihrer Information: Diese Nachricht ging an {count} Personen.",
    ),
    "fr": Words(
        "Vous recevez ce message de {organisation} parce qu’il vous concerne dans le catalogue de "
        "cours « {catalog} ».",
        "Vous recevez ce message de {organisation} parce qu’il vous concerne, vous ou votre "
        "travail.",
        "Vous recevez ce message parce que vous gérez cette installation de Classbell.",
        "Choisir les messages que vous recevez",
        "Pour information : ce message a été envoyé à {name}.",
        "Pour information : ce message a été envoyé à {count} personnes.",
    ),
    "es": Words(
        "Recibe este mensaje de {organisation} porque le concierne en el catálogo de cursos "
        "«{catalog}».",
        "Recibe este mensaje de {organisation} porque le concierne a usted o a su trabajo.",
        "Recibe este mensaje porque se ocupa de esta instalación de Classbell.",
        "Elegir qué mensajes recibe",
        "Para su información: este mensaje se envió a {name}.",
        "Para su información: este mensaje se envió a {count} personas.",
    ),
    "da": Words(
        "Du får denne besked fra {organisation}, fordi den vedrører dig i kursuskataloget "
        "»{catalog}«.",
        "Du får denne besked fra {organisation}, fordi den vedrører dig eller dit arbejde.",
        "Du får denne besked, fordi du passer denne installation af Classbell.",
        "Vælg, hvilke beskeder du får",
        "Til orientering: Denne besked blev sendt til {name}.",
        "Til orientering: Denne besked blev sendt til {count} personer.",
    ),
    "ja": Words(
        "このメッセージは、コースカタログ「{catalog}」であなたに関係するため、"
        "{organisation}からお送りしています。",
        "このメッセージは、あなたまたはあなたの業務に関係するため、"
        "{organisation}からお送りしています。",
        "このメッセージは、このClassbellの運用を担当されている方にお送りしています。",
        "受け取るメッセージを選択する",
        "ご参考：このメッセージは{name}様に送信されました。",  # noqa: RUF001 -- as Japanese writes it
        "ご参考：このメッセージは{count}名に送信されました。",  # noqa: RUF001 -- the same
    ),
}
