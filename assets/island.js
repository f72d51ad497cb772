/* Islands (components/island.py): trees of plain elements, built in one go. Texts become text nodes, never markup. */
(function () {
    "use strict";
    const NAMES = { className: "class", htmlFor: "for", tabIndex: "tabindex", colSpan: "colspan" };
    const FOCUSABLE = "button, a, summary, [tabindex]";

    function build(tree) {
        if (tree === null || tree === undefined) return document.createDocumentFragment();
        if (!Array.isArray(tree)) return document.createTextNode(String(tree));
        const [tag, attributes, children] = tree;
        const made = tag ? document.createElement(tag) : document.createDocumentFragment();
        for (const [name, value] of Object.entries(attributes)) {
            if (name === "style") styled(made, value);
            else made.setAttribute(NAMES[name] || name.toLowerCase(), value === true ? "" : value);
        }
        const parts = tag || !Array.isArray(children) ? [children] : children;
        parts.forEach((part) => made.append(build(part)));
        return made;
    }

    function styled(element, style) {
        for (const [name, value] of Object.entries(style)) {
            if (name.startsWith("--")) element.style.setProperty(name, value);
            else element.style[name] = String(value);
        }
    }

    /** What is open or has the focus stays so, by its place among its like. */
    function kept(host) {
        const open = [...host.querySelectorAll("details")].map((details) => details.open);
        const focus = [...host.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
        return () => {
            host.querySelectorAll("details").forEach((details, place) => (details.open = Boolean(open[place])));
            if (focus >= 0) host.querySelectorAll(FOCUSABLE)[focus]?.focus({ preventScroll: true });
        };
    }

    function draw(islands) {
        for (const [id, tree] of Object.entries(islands || {})) {
            const host = document.getElementById(id);
            if (!host) continue;
            const restore = kept(host);
            host.replaceChildren(build(tree));
            restore();
        }
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.island = { draw };
})();
