/* The address: links within the application, and pages that follow their own address without being built anew.
 *
 * Dash builds a page for a path; Explore, Moods, Map, Compare and Recommend change their state themselves when only
 * their query does. A page must not do so while another is on its way in its place: whoever goes back by then would
 * see that other page come, under an address that is not its own.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const prefix = document.querySelector('meta[name="mg-prefix"]')?.content || "/";
    const followers = new Map(); // path -> what its page does with a new query; false where it cannot yet
    const here = () => window.location.pathname.replace(/\/+$/, ""); // to Dash a slash at the end makes no difference
    let told = here(); // of the page that Dash shows, or has asked the server for
    let search = window.location.search; // of the address that Dash was told last
    let left = null; // the page that is still seen while Dash asks the server for another one

    const seen = () => document.getElementById("_pages_content")?.firstElementChild ?? null;
    const onItsWay = () => left !== null && left === seen();

    /** The address of a path of ours under the prefix that the page was served with. */
    mg.path = (path) => prefix + path.replace(/^\//, "");

    /** Whether the address is of this page. The page itself may still be seen when it no longer is. */
    mg.isAt = (name) => here() === mg.path(name) && !onItsWay();

    /** Go to an address of the application as dcc.Link does, without loading everything again. */
    mg.go = function (address) {
        window.history.pushState({}, "", address);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    };

    /** Whether a click on a link is ours to follow: not if it opens a tab or a window. */
    mg.isPlain = (event) => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

    /** Back, forward and links from a page to itself call `follow`; it returns false where it leaves them to Dash. */
    mg.followAddress = (name, follow) => followers.set(mg.path(name), follow);

    function onNavigation(event) {
        const path = here();
        const follow = path === told && !onItsWay() ? followers.get(path) : null;
        if (follow && follow() !== false) return event.stopImmediatePropagation();
        if (path !== told || window.location.search !== search) left = seen();
        told = path;
        search = window.location.search;
    }
    window.addEventListener("popstate", onNavigation, true);
    window.addEventListener("_dashprivate_pushstate", onNavigation, true);

    document.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-mg-link]");
        if (!link || event.defaultPrevented || !mg.isPlain(event)) return;
        event.preventDefault();
        mg.go(link.getAttribute("href"));
        window.scrollTo(0, 0);
    });
})();
