using System.Text.Encodings.Web;
using Ganss.Xss;
using Markdig;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Shared;

/// <summary>Markdown to HTML that cannot run script, fetch anything or look like ours: plain formatting and http, https, mailto links.</summary>
public static class SafeHtml
{
    // No raw HTML and none of the extensions that write attributes (generic attributes let `{onclick=…}` through).
    private static readonly MarkdownPipeline s_markdown =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().Build();

    // The same language, read with the places of its parts.
    private static readonly MarkdownPipeline s_placed =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().UsePreciseSourceLocation().Build();

    private static readonly HtmlSanitizer s_sanitizer = MakeSanitizer(mayTick: false);
    private static readonly HtmlSanitizer s_tickable = MakeSanitizer(mayTick: true);

    // Rendering and sanitizing go down a level of the call stack for each level of the text, and everybody who looks at it pays. Nobody writes
    // by hand what is deeper or longer than this.
    private const int MaxDepth = 24;
    private const int MaxLength = 100_000;
    private const int MaxCells = 20_000;

    /// <summary>The text as HTML; a text that is built to be costly is shown as it was typed.</summary>
    /// <param name="markdown">What somebody wrote.</param>
    /// <param name="mayTick">Whether the boxes of a task list can be ticked; what is ticked is for <see cref="Tick"/>.</param>
    public static string FromMarkdown(string? markdown, bool mayTick = false) =>
        string.IsNullOrWhiteSpace(markdown) ? ""
        : Parse(markdown) is { } document ? (mayTick ? s_tickable : s_sanitizer).Sanitize(document.ToHtml(s_markdown))
        : $"<pre>{HtmlEncoder.Default.Encode(markdown)}</pre>";

    /// <summary>The text with one box of its task lists ticked or not, counted from 0 as they are shown; null when there is no such box.</summary>
    public static string? Tick(string markdown, int box, bool on)
    {
        if (box < 0
            || Parse(markdown, s_placed) is not { } document
            || document.Descendants<TaskList>().ElementAtOrDefault(box) is not { Span: { Start: > -1 } place })
        {
            return null;
        }

        return string.Concat(markdown.AsSpan(0, place.Start + 1), on ? "x" : " ", markdown.AsSpan(place.Start + 2));
    }

    private static MarkdownDocument? Parse(string markdown) => Parse(markdown, s_markdown);

    private static MarkdownDocument? Parse(string markdown, MarkdownPipeline pipeline)
    {
        if (markdown.Length > MaxLength || MayBeLargeTable(markdown))
        {
            return null;
        }

        try
        {
            var document = Markdown.Parse(markdown, pipeline);
            return IsDeeperThan(document, MaxDepth) ? null : document;
        }
        catch (ArgumentException)
        {
            // Markdig's own limit of nesting.
            return null;
        }
    }

    /// <summary>A table is filled up to its widest row while it is read: few characters can become millions of cells.</summary>
    private static bool MayBeLargeTable(string markdown)
    {
        var (widest, rows) = (0, 0);
        foreach (var line in markdown.AsSpan().EnumerateLines())
        {
            var cells = line.Count('|');
            (widest, rows) = (Math.Max(widest, cells), rows + (cells > 0 ? 1 : 0));
        }

        return (long)widest * rows > MaxCells;
    }

    private static bool IsDeeperThan(MarkdownDocument document, int limit)
    {
        var waiting = new Stack<(MarkdownObject Part, int Depth)>();
        waiting.Push((document, 0));
        while (waiting.TryPop(out var at))
        {
            if (at.Depth > limit)
            {
                return true;
            }

            if (at.Part is LeafBlock { Inline: { } text })
            {
                waiting.Push((text, at.Depth + 1));
            }

            foreach (var child in at.Part switch { ContainerBlock block => block, ContainerInline inline => inline, _ => Enumerable.Empty<MarkdownObject>() })
            {
                waiting.Push((child, at.Depth + 1));
            }
        }

        return false;
    }

    private static HtmlSanitizer MakeSanitizer(bool mayTick)
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
                // Only the tick boxes of a task list, and nobody can click them unless what is ticked is kept.
                box.SetAttribute("type", "checkbox");
                if (mayTick)
                {
                    box.RemoveAttribute("disabled");
                    box.SetAttribute("aria-label", box.ParentElement?.TextContent.Trim() is { Length: > 0 } words ? TextCut.Shown(words, 80) : "Done");
                }
                else
                {
                    box.SetAttribute("disabled", "");
                }
            }
        };
        return sanitizer;
    }
}
