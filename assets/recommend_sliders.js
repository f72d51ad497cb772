/* Recommend's sliders: for each audio feature a target over the catalogue's histogram, and a weight. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const rec = (mg.recommend = mg.recommend || {});
    const { element, drawn } = rec;
    const HEAVIEST = 4; // of the slider; addresses may have more
    let rows = new Map(); // feature -> its elements
    let scales = {}; // feature -> {low, high, quartiles, bars} of the catalogue
    let seedValues = {};

    const write = (name, value) => (value === undefined || value === null ? "" : mg.format(value, rec.setup().fields[name].style));
    const share = (name, value) => Math.min(1, Math.max(0, (value - scales[name].low) / (scales[name].high - scales[name].low)));

    function build(list, setup) {
        rows = new Map();
        scales = {};
        seedValues = {};
        list.replaceChildren(...Object.entries(setup.fields).map(([name, field]) => row(name, field)));
    }

    function row(name, field) {
        const bars = drawn("svg", { class: "mg-recommend-bars", preserveAspectRatio: "none", "aria-hidden": "true" });
        const mark = element("i", { class: "mg-recommend-mark", title: "Where the seeds are", hidden: true });
        const target = element("input", {
            type: "range", id: `recommend-target-${name}`, class: "mg-recommend-range", step: field.step,
            "aria-label": `${field.label}, target`, disabled: true,
        });
        const weight = element("input", {
            type: "range", id: `recommend-weight-${name}`, class: "mg-recommend-range mg-recommend-weight", min: 0,
            max: HEAVIEST, step: 0.5, "aria-label": `${field.label}, weight`,
        });
        const value = element("output", { class: "mg-recommend-value", for: target.id });
        const heavy = element("output", { class: "mg-recommend-heavy", for: weight.id });
        const follow = element(
            "button",
            { type: "button", class: "mg-recommend-follow", title: "Follow the seeds again", "aria-label": `${field.label}: follow the seeds again` },
            "×",
        );
        const label = element("span", { class: "mg-hinted", "data-hint": field.meaning, tabindex: "0" }, field.label);
        const track = element("div", { class: "mg-recommend-track" }, element("div", { class: "mg-recommend-behind" }, bars, mark), target);
        const made = element(
            "li", { class: "mg-recommend-row", "data-feature": name },
            element("div", { class: "mg-recommend-label" }, label), track,
            element("div", { class: "mg-recommend-shown" }, value, follow),
            element("div", { class: "mg-recommend-weighing" }, weight, heavy),
        );
        rows.set(name, { made, bars, mark, target, weight, value, heavy, follow });
        target.addEventListener("input", () => aim(name, Number(target.value)));
        weight.addEventListener("input", () => weigh(name, Number(weight.value)));
        follow.addEventListener("click", () => {
            aim(name, undefined);
            target.focus({ preventScroll: true }); // the button goes
        });
        return made;
    }

    function aim(name, value) {
        const targets = { ...rec.truth().targets };
        if (value === undefined) delete targets[name];
        else targets[name] = value;
        rec.change({ targets }, { control: value === undefined ? "" : `target_${name}` });
    }

    function weigh(name, value) {
        const weights = { ...rec.truth().weights, [name]: value };
        if (value === 1) delete weights[name];
        rec.change({ weights }, { control: `weight_${name}` });
    }

    /** The catalogue's scales; features that it does not know have no slider. */
    function setScales(found) {
        scales = found;
        rows.forEach((parts, name) => {
            const scale = scales[name];
            parts.made.hidden = !scale;
            if (!scale) return;
            parts.target.min = scale.low;
            parts.target.max = scale.high;
            parts.target.disabled = false;
            const across = scale.bars.length;
            // The root lets small bars be seen, where most songs are at one end.
            const path = scale.bars.map((bar, place) => `M${place} 1V${(1 - Math.sqrt(bar)).toFixed(3)}h1V1z`).join("");
            parts.bars.setAttribute("viewBox", `0 0 ${across} 1`);
            parts.bars.replaceChildren(drawn("path", { d: path }));
        });
    }

    function show(state) {
        const follows = state.seeds.length > 0;
        rows.forEach((parts, name) => {
            const scale = scales[name];
            const own = name in state.targets;
            const ofSeeds = follows ? seedValues[name] : undefined;
            const at = own ? state.targets[name] : (ofSeeds ?? scale?.quartiles[1]);
            const words = own ? write(name, at) : follows ? write(name, ofSeeds) : "any";
            if (at !== undefined && at !== null && scale) parts.target.value = at;
            parts.value.textContent = words;
            parts.target.setAttribute("aria-valuetext", own ? words : follows ? `${words}, as the seeds` : "any value");
            parts.made.classList.toggle("mg-recommend-own", own);
            parts.follow.hidden = !own;
            const again = follows ? "follow the seeds again" : "any value again";
            parts.follow.title = again[0].toUpperCase() + again.slice(1);
            parts.follow.setAttribute("aria-label", `${rec.setup().fields[name].label}: ${again}`);
            parts.mark.hidden = ofSeeds === undefined || ofSeeds === null || !scale;
            if (!parts.mark.hidden) parts.mark.style.left = `${100 * share(name, ofSeeds)}%`;
            const weight = state.weights[name] ?? 1;
            parts.weight.value = weight;
            parts.heavy.textContent = `×${Number(weight.toFixed(2))}`;
            parts.weight.setAttribute("aria-valuetext", weight ? `${Number(weight.toFixed(2))} times` : "does not count");
            parts.made.classList.toggle("mg-recommend-weighed", weight !== 1);
            parts.made.classList.toggle("mg-recommend-off", weight === 0);
        });
    }

    /** A value of a feature by chance, as likely as songs have it. */
    function byChance(name) {
        const { low, high, quartiles } = scales[name];
        const ends = [low, ...quartiles, high];
        const at = (0.05 + 0.9 * Math.random()) * (ends.length - 1);
        const before = Math.floor(at);
        const value = ends[before] + (at - before) * (ends[before + 1] - ends[before]);
        const { step } = rec.setup().fields[name];
        return Number((Math.round(value / step) * step).toFixed(4));
    }

    rec.sliders = {
        build, setScales, show, byChance,
        setSeedValues: (found) => (seedValues = found || {}),
        known: () => Object.keys(scales),
    };
})();
