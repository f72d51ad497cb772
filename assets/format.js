/* How numbers are written for people; the same words as Field.format in data_access/fields.py. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const grouped = new Intl.NumberFormat("en-GB");

    /** 12431 -> "12,431" */
    mg.count = (number) => grouped.format(number);

    /** 0.0413 -> "4.1 %"; a share that is there but tiny is not written as nothing. */
    mg.percent = function (share) {
        if (!share) return "0 %";
        if (share < 0.001) return "< 0.1 %";
        return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
    };

    /** 209387 -> "3:29", from an hour on "1:02:05" */
    mg.duration = function (milliseconds) {
        const seconds = Math.round(milliseconds / 1000);
        const two = (number) => String(number).padStart(2, "0");
        const hours = Math.floor(seconds / 3600);
        const minutes = Math.floor((seconds % 3600) / 60);
        return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    };

    /** A value in a field's style: "2" (decimals), "1 dB" (with a unit), "duration". */
    mg.format = function (value, style, withUnit = true) {
        if (value === null || value === undefined || Number.isNaN(value)) return "unknown";
        if (style === "duration") return mg.duration(value);
        const [decimals, unit] = style.split(" ");
        const number = Number(value).toFixed(Number(decimals)).replace(/^-(0(\.0*)?)$/, "$1");
        return unit && withUnit ? `${number} ${unit}` : number;
    };

    /** What a person typed, as a number; null for an empty box, NaN for what is not a number. */
    mg.parse = function (text, style) {
        const plain = text.trim().replace(/\u2212/g, "-").replace(/,/g, ".");
        if (plain === "") return null;
        if (style === "duration") {
            const found = /^(?:(\d+):)?(\d{1,3}):([0-5]?\d)$/.exec(plain);
            if (found) return ((Number(found[1] || 0) * 60 + Number(found[2])) * 60 + Number(found[3])) * 1000;
            return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) * 60000 : NaN;
        }
        const unit = style.split(" ")[1];
        const bare = unit ? plain.replace(new RegExp(`\\s*${unit}$`, "i"), "") : plain;
        return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(bare) ? Number(bare) : NaN;
    };

    /** Other words in an element that holds nothing else. They go into the text node that is there: with a new one, the
     *  browser looks at every `:has` up to the page's root, which takes longer than all else while a brush moves. */
    mg.write = function (element, text) {
        const node = element.firstChild;
        if (node?.nodeType !== Node.TEXT_NODE || node.nextSibling) element.textContent = text;
        else if (node.data !== text) node.data = text;
    };
})();
