using System.Text;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using static OtherThing.Web.Features.Keys.Chat.Wire.ChatCodec;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>An answer, put together of what arrives of it. Texts may begin or end with half a character whose other half is in the next one.</summary>
/// <param name="add">Takes each piece of the text.</param>
internal sealed class ChatAnswer(Action<string> add)
{
    private const int MaxName = 200;
    private readonly StringBuilder _refusal = new();

    /// <summary>The model that answered, when it was named.</summary>
    public string? Model { get; private set; }

    /// <summary>The tier that was served, when it was named.</summary>
    public string? ServiceTier { get; private set; }

    public ReportedUsage Usage { get; } = new();

    /// <summary>How many characters were made, shown or not.</summary>
    public long Characters { get; private set; }

    /// <summary>True when something of the wire format has come.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True when nothing of the answer is missing.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True when nothing more will come.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True when something came that cannot be read.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>The error that came in place of an answer or of its end.</summary>
    public WireError? Error { get; private set; }

    /// <summary>The words with which the model refused; empty when it did not.</summary>
    public string Refusal => LenientJson.Whole(_refusal.ToString());

    /// <summary>
    /// Why the answer ends: <c>stop</c>, <c>length</c>, <c>content_filter</c>, <c>tool_calls</c>, <c>error</c>; <c>unknown</c> when the
    /// provider did not say; else the provider's own word.
    /// </summary>
    public string FinishReason { get; private set; } = "unknown";

    public void Identify(JsonObject part)
    {
        Model = Name(part["model"]) ?? Model;
        ServiceTier = Name(part["service_tier"]) ?? ServiceTier;
    }

    public void Begin() => HasBegun = true;

    public void Add(string text)
    {
        Characters += text.Length;
        IsWhole = false; // a reason in the middle was none
        add(text);
    }

    public void Refuse(string text)
    {
        Characters += text.Length;
        _refusal.Append(text);
    }

    /// <summary>Something was made that is not part of the text.</summary>
    public void Count(string? text) => Characters += text?.Length ?? 0;

    /// <param name="reason">The provider's word for it; null when it named none.</param>
    public void Finish(string? reason)
    {
        IsWhole = true;
        FinishReason = reason is null ? FinishReason : Plain(reason);
    }

    /// <summary>The provider says that nothing more comes.</summary>
    public void End()
    {
        IsEnded = true;
        IsWhole |= HasBegun && Error is null;
    }

    /// <summary>The provider says that it failed; after the whole of an answer this means nothing.</summary>
    public void Fail(WireError error)
    {
        if (!IsWhole || FinishReason == "error")
        {
            (Error, IsWhole) = (Error ?? error, false);
        }

        IsEnded = true;
    }

    private static string Plain(string reason)
    {
        var name = LenientJson.Whole(reason.Trim());
        return name.ToLowerInvariant() switch
        {
            "stop" or "end_turn" or "stop_sequence" or "eos" or "eos_token" or "end" or "complete" or "completed" or "finished" => "stop",
            "length" or "max_tokens" or "max_output_tokens" or "max_length" or "model_length" or "model_context_window_exceeded" => "length",
            "content_filter" or "content_filtered" or "refusal" or "safety" or "recitation" or "blocklist" or "prohibited_content"
                or "spii" => "content_filter",
            "tool_calls" or "tool_use" or "function_call" => "tool_calls",
            "error" => "error",
            _ => TextCut.Words(name, MaxName),
        };
    }

    private static string? Name(JsonNode? node) => Text(node) is { Length: <= MaxName } name ? LenientJson.Whole(name) : null;
}
