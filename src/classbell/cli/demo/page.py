"""A page as a person without a mouse sees it: its text, its forms and their buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "use"})


@dataclass
class Control:
    """One field or button of a form."""

    name: str
    value: str
    kind: str
    checked: bool = False
    disabled: bool = False
    identifier: str = ""
    label: str = ""


@dataclass
class Form:
    """One form with its controls, in the order of the page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def button(self, text: str) -> Control | None:
        """Return the submit button of that text, if this form has it."""
        for control in self.controls:
            if control.kind == "submit" and control.label == text and not control.disabled:
                return control
        return None

    def values(self) -> dict[str, str]:
        """Return what the browser would send, buttons left out."""
        return {
            control.name: control.value
            for control in self.controls
            if control.name
            and not control.disabled
            and control.kind != "submit"
            and (control.checked or control.kind not in {"checkbox", "radio"})
        }

    def field(self, label: str) -> Control | None:
        """Return the field of that label or name."""
        for control in self.controls:
            if control.kind != "submit" and label in {control.label, control.name}:
                return control
        return None


class Page(HTMLParser):
    """Reads a page's text and forms.

    Args:
        html: the page.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._button: Control | None = None
        self._label: tuple[str, list[str]] | None = None
        self._labels: dict[str, str] = {}
        self._outside: list[tuple[str, Control]] = []
        self._ids: dict[str, Form] = {}
        self._choice: Control | None = None
        self._area: Control | None = None
        self._silent = 0
        self.feed(html)
        self._finish()

    @property
    def text(self) -> str:
        """Everything a person can read, with single spaces."""
        return " ".join(" ".join(self._words).split())

    def button_exists(self, text: str) -> bool:
        """Say whether a form has a button of that text."""
        return any(form.button(text) for form in self.forms)

    def field(self, label: str) -> Control | None:
        """Return the first field of that label or name, on any form."""
        found = (form.field(label) for form in self.forms)
        return next((control for control in found if control), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in forms, fields, labels and buttons."""
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "template"}:
            self._silent += 1
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
            self._ids[given.get("id", "")] = self._form
        elif tag == "label":
            self._label = (given.get("for", ""), [])
        elif tag in {"input", "button", "select", "textarea"}:
            self._control(tag, given)
        elif tag == "option":
            self._option(given)

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag in {"script", "style", "template"}:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "label" and self._label:
            self._labels[self._label[0]] = " ".join(" ".join(self._label[1]).split())
            self._label = None
        elif tag == "button":
            self._button = None
        elif tag == "select":
            self._choice = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Collect text, and give it to the label or button it stands in."""
        if self._silent:
            return
        self._words.append(data)
        if self._label is not None:
            self._label[1].append(data)
        if self._button is not None:
            self._button.label = " ".join(f"{self._button.label} {data}".split())
        if self._area is not None:
            # A first line break belongs to the markup: https://html.spec.whatwg.org/#parsing-main-inbody
            self._area.value += data if self._area.value else data.removeprefix("\n")

    def _option(self, given: dict[str, str]) -> None:
        """Choose what is marked; where nothing is, a browser sends the first."""
        choice = self._choice
        if choice is not None and ("selected" in given or not choice.checked):
            choice.value, choice.checked = given.get("value", ""), True

    def _control(self, tag: str, given: dict[str, str]) -> None:
        usual = {"button": "submit", "input": "text"}
        kind = tag if tag in {"select", "textarea"} else given.get("type", usual[tag])
        control = Control(
            name=given.get("name", ""),
            value=given.get("value", "on" if kind in {"checkbox", "radio"} else ""),
            kind=kind,
            checked="checked" in given,
            disabled="disabled" in given,
            identifier=given.get("id", ""),
            label=given.get("aria-label", "") or (given.get("value", "") if tag == "input" else ""),
        )
        if tag == "button":
            self._button = control
        elif tag == "select":
            self._choice = control
        elif tag == "textarea":
            self._area = control
        if "form" in given:
            self._outside.append((given["form"], control))
        elif self._form is not None:
            self._form.controls.append(control)
        control_action = given.get("formaction")
        if control_action:
            self._ids[f"action:{id(control)}"] = Form(control_action, "post")

    def action_of(self, form: Form, button: Control) -> str:
        """Return where a button sends its form."""
        own = self._ids.get(f"action:{id(button)}")
        return own.action if own else form.action

    def _finish(self) -> None:
        """Attach labels, and controls that stand outside their form."""
        for name, control in self._outside:
            if name in self._ids:
                self._ids[name].controls.append(control)
        for form in self.forms:
            for control in form.controls:
                if control.identifier in self._labels:
                    control.label = self._labels[control.identifier]
