using Ganss.Xss;
using Markdig;

namespace OtherThing.Web.Components.Shared;

/// <summary>Markdown to HTML that cannot run script, fetch anything or look like ours: plain formatting and http, https, mailto links.</summary>
public static class SafeHtml
{
    // No raw HTML and none of the extensions that write attributes (generic attributes let `{onclick=…}` through).
    private static readonly MarkdownPipeline s_markdown =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().Build();

    private static readonly HtmlSanitizer s_sanitizer = MakeSanitizer();

    public static string FromMarkdown(string? markdown) =>
        string.IsNullOrWhiteSpace(markdown) ? "" : s_sanitizer.Sanitize(Markdown.ToHtml(markdown, s_markdown));

    private static HtmlSanitizer MakeSanitizer()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
            {
                "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "sub", "sup", "mark", "ins", "code", "pre",
                "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "input",
            },
            AllowedAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href", "type", "checked", "disabled", "start" },
            AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "http", "https", "mailto" },
            UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href" },
        });
        sanitizer.PostProcessNode += (_, e) =>
        {
            if (e.Node is AngleSharp.Html.Dom.IHtmlAnchorElement link)
            {
                link.SetAttribute("rel", "noopener noreferrer nofollow");
                link.SetAttribute("target", "_blank");
            }
            else if (e.Node is AngleSharp.Html.Dom.IHtmlInputElement box)
            {
                // Only the tick boxes of a task list, and nobody can click them.
                box.SetAttribute("type", "checkbox");
                box.SetAttribute("disabled", "");
            }
        };
        return sanitizer;
    }
}
