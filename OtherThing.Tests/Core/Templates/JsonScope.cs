using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

/// <summary>A scope whose roots are the members of one JSON object.</summary>
internal sealed class JsonScope(string json) : ITemplateScope
{
    private readonly JsonElement _roots = JsonDocument.Parse(json).RootElement;

    public static JsonScope Empty { get; } = new("{}");

    public bool TryGetRoot(string name, out JsonElement value) => _roots.TryGetProperty(name, out value);
}

/// <summary>What a test says in one line.</summary>
internal static class Templating
{
    public static Template Parse(string text)
    {
        Assert.True(Template.TryParse(text, out var template, out var problems), string.Join("; ", problems));
        return template!;
    }

    public static string Text(string template, string scope = "{}") => Parse(template).RenderText(new JsonScope(scope));

    /// <summary>The rendered JSON as its raw text.</summary>
    public static string Json(string template, string scope = "{}") => Parse(template).Render(new JsonScope(scope)).GetRawText();

    public static TemplateError Fails(string template, string scope = "{}") =>
        Assert.Throws<TemplateError>(() => Parse(template).Render(new JsonScope(scope)));

    public static TemplateProblem Problem(string template)
    {
        Assert.False(Template.TryParse(template, out var parsed, out var problems));
        Assert.Null(parsed);
        return problems[0];
    }

    public static bool Holds(string condition, string scope = "{}")
    {
        Assert.True(Condition.TryParse(condition, out var parsed, out var problems), string.Join("; ", problems));
        return parsed.Evaluate(new JsonScope(scope));
    }
}
