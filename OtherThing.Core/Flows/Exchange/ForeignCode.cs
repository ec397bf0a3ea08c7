namespace OtherThing.Core.Flows.Exchange;

/// <summary>Frames around JavaScript of other products: they read standard input, call the code and print what it returns.</summary>
internal static class ForeignCode
{
    private const string Print =
        "})().then(out => console.log(JSON.stringify([].concat(out ?? []).map(each => each && each.json !== undefined ? each.json : each))), error => { "
            + "console.error(error); process.exit(1); });\n";

    /// <summary>n8n: a list of items in, a list of items out.</summary>
    /// <param name="code">The code.</param>
    /// <param name="each">True when it is called once per item.</param>
    public static string Items(string code, bool each) =>
        "const items = [].concat(JSON.parse(require('fs').readFileSync(0, 'utf8') || '[]')).map(json => ({ json }));\n"
        + "const $input = { all: () => items, first: () => items[0], last: () => items[items.length - 1], item: items[0] };\n"
        + (each
            ? "(async () => Promise.all(items.map(async (item, $itemIndex) => { const $json = item.json; const $input = { item };\n"
                + code
                + "\n}))\n"
                + Print[1..]
            : "const $json = items[0]?.json;\n(async () => {\n" + code + "\n" + Print);

    /// <summary>Node-RED: a message in, a list with the message out.</summary>
    /// <param name="code">The code.</param>
    public static string Message(string code) =>
        "const text = require('fs').readFileSync(0, 'utf8');\n"
        + "const msg = { payload: text ? JSON.parse(text) : null };\n"
        + "const node = { log: console.error, warn: console.error, error: console.error, status: () => {} };\n"
        + "(async () => {\n" + code + "\n"
        + "})().then(out => console.log(JSON.stringify([].concat(out ?? []).flat().filter(each => each))), error => { console.error(error); process.exit(1); "
        + "});\n";
}
