using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>What is known of one call while it runs and after it, and how that becomes the step's outcome.</summary>
internal sealed class ChatTurn
{
    private const int MaxHead = 200;

    // When the provider names no time: the engine's own back-off grows from here.
    private static readonly TimeSpan s_shortWait = TimeSpan.FromSeconds(1);

    // After the whole answer only its usage may follow: a server that neither sends it nor ends is not waited for.
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);
    private readonly StringBuilder _text = new();
    private readonly StepCall _call;
    private readonly AiChatConfig _config;
    private readonly ChatSource _source;
    private readonly ProviderTap _tap;
    private readonly IChatCodec _codec;
    private readonly AnswerReader _reader;
    private readonly SecretRedactor _redactor;

    // The tap cannot see a key that comes a few characters an event: each event has the rest of the wire format between them.
    private readonly StreamingTextRedactor _words;

    public ChatTurn(StepCall call, AiChatConfig config, ChatSource source, ProviderTap tap, IChatCodec codec, SecretRedactor redactor)
    {
        (_call, _config, _source, _tap, _codec, _redactor) = (call, config, source, tap, codec, redactor);
        _words = redactor.NewText();
        Answer = new ChatAnswer(part => Keep(_words.Push(part)));
        _reader = new AnswerReader(codec, Answer);
    }

    public ChatAnswer Answer { get; }

    /// <summary>Counts the turns of one attempt from 1: another machine is another call.</summary>
    public int Number { get; init; } = 1;

    private string Model => Answer.Model ?? _config.Model;

    /// <summary>Reads the answer to its end, or to where it says that it ends; nothing more of it will arrive.</summary>
    /// <returns>What broke it off, unless it was whole by then.</returns>
    public async Task<Exception?> ReadAsync(RedactedBody body, CancellationToken cancellationToken)
    {
        try
        {
            await ReadToEndAsync(body, cancellationToken);
            End();
            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            // The last two: what came is not compressed as it says, or longer than an answer can be.
            End();
            return Answer.IsWhole || Answer.Error is not null ? null : failure;
        }
    }

    // Some servers never close the connection.
    private async Task ReadToEndAsync(RedactedBody body, CancellationToken cancellationToken)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (!Answer.IsEnded && await body.ReadAsync(rest.Token) is { IsEmpty: false } piece)
            {
                _reader.Push(piece.Span);
                rest.CancelAfter(Answer.IsWhole ? s_rest : Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing that was paid for is missing.
        }
        finally
        {
            _reader.Complete();
        }
    }

    /// <summary>No more of the answer will arrive; call it before what the answer becomes.</summary>
    public void End() => Keep(_words.Complete());

    /// <summary>What an answer that was read to its end becomes.</summary>
    /// <exception cref="OperationCanceledException">The step was stopped while the answer was checked.</exception>
    public async Task<StepOutcome> FinishAsync(ChatResponseSchema? schema, CancellationToken cancellationToken)
    {
        if (Answer.Error is { } error)
        {
            return Told(error);
        }

        if (!Answer.HasBegun && !Answer.IsWhole)
        {
            return Malformed();
        }

        if (Answer.IsUnreadable)
        {
            return Broken("ai.answer_malformed", $"{_source.Title} sent a part of the answer that is not its wire format.");
        }

        // A body that just ends is no answer: every wire format says when it is done.
        if (!Answer.IsWhole)
        {
            return BrokeOff();
        }

        var usage = Charge(isInterrupted: false);
        if (WhyNone() is (var code, var why))
        {
            return StepOutcome.Failed(code, why) with { Output = Output(usage, null), Usage = [usage] };
        }

        if (schema is null)
        {
            return StepOutcome.Succeeded(Output(usage, null)) with { Usage = [usage] };
        }

        var (json, problem) = await schema.CheckAsync(_text.ToString(), cancellationToken);
        if (problem is null)
        {
            return StepOutcome.Succeeded(Output(usage, json)) with { Usage = [usage] };
        }

        var cut = Answer.FinishReason == "length" ? "; it was cut off where maxTokens or the model's own limit ends it" : "";
        return StepOutcome.Failed("ai.output_invalid", $"The answer does not fit responseSchema: {problem}{cut}.") with
        {
            Output = Output(usage, null),
            Usage = [usage],
        };
    }

    /// <summary>The provider refused or failed: its own words, without the key.</summary>
    public StepOutcome Refused()
    {
        var status = (int)_tap.Status!.Value;
        return Refused(status, ProviderError.Words(_tap.ErrorBody, status, _redactor));
    }

    public StepOutcome Unreachable() =>
        StepOutcome.Failed("ai.unreachable", _tap.Unreachable ?? $"{_source.Title} cannot be reached.", noEffect: true);

    public StepOutcome BrokeOff() => Broken("ai.interrupted", $"The answer of {_source.Title} broke off.");

    public StepOutcome Malformed()
    {
        var head = ProviderError.Words(string.Join(' ', _reader.Head.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), _redactor);
        var said = head is null ? "." : ": " + TextCut.Words(head, MaxHead);
        return Broken("ai.answer_malformed", $"{_source.Title} answered with something that is not its wire format{said}");
    }

    /// <summary>The request went out and the answer is not whole: what came is kept and charged by estimate.</summary>
    public StepOutcome Broken(string code, string why)
    {
        var usage = Charge(isInterrupted: true);
        return _source.Broken(code, why) with
        {
            Output = _text.Length > 0 ? Output(usage, null) : Json.Null,
            Usage = [usage],
        };
    }

    /// <summary>The provider said in its answer that it failed. What it had made by then is kept and charged by estimate.</summary>
    private StepOutcome Told(WireError error)
    {
        var words = ProviderError.Words(error.Words ?? "", _redactor) ?? "it gave no reason";
        var outcome = error.Status is { } status
            ? Refused(status, words)
            : StepOutcome.Failed("ai.provider_failed", $"{_source.Title} failed: {words}");
        if (Answer.Characters == 0)
        {
            return outcome;
        }

        var usage = Charge(isInterrupted: true);
        return outcome with { NoEffect = false, Output = Output(usage, null), Usage = [usage] };
    }

    private StepOutcome Refused(int status, string words) => status switch
    {
        429 or 503 or 529 => StepOutcome.Failed("ai.not_now", $"{_source.Title} is overloaded or limits requests ({status}): {words}", noEffect: true) with
        {
            RetryAfter = _tap.RetryAfter ?? s_shortWait,
        },
        401 or 403 => _source.KeyRejected(words),
        >= 500 => StepOutcome.Failed("ai.provider_failed", $"{_source.Title} failed ({status}): {words}"),
        >= 300 and < 400 => StepOutcome.Failed("ai.redirected", $"{_source.Title} answered with a redirect ({status}), which a key never follows."),
        _ => StepOutcome.Failed("ai.refused", $"{_source.Title} refused the request ({status}): {words}"),
    };

    /// <summary>Why a whole answer is none that a flow can go on with; null when it is one.</summary>
    private (string Code, string Why)? WhyNone()
    {
        if (Answer.Refusal is { Length: > 0 } refusal)
        {
            return ("ai.refused", $"The model refused to answer: {ProviderError.Words(refusal, _redactor) ?? "it gave no reason"}");
        }

        return Answer.FinishReason switch
        {
            "content_filter" when _text.Length == 0 =>
                ("ai.refused", $"{_source.Title} held the answer back: its content filter or the model itself refused."),
            "error" => ("ai.provider_failed", $"{_source.Title} ended the answer with an error and gave no reason."),
            _ => null,
        };
    }

    private void Keep(string part)
    {
        if (part.Length > 0)
        {
            _text.Append(part);
            _call.Report("text", part);
        }
    }

    private UsageDraft Charge(bool isInterrupted) => _source.Charge(new ChatCall(
        $"chat:{_call.AttemptId:N}{(Number > 1 ? $":{Number}" : "")}", Model, Answer, _codec,
        Tokens((_config.System?.Length ?? 0) + _config.Prompt.Length), Tokens(Answer.Characters), isInterrupted));

    // About four characters of text are a token.
    private static long Tokens(long characters) => (characters + 3) / 4;

    private JsonElement Output(UsageDraft usage, JsonElement? json)
    {
        var output = new JsonObject
        {
            ["text"] = _text.ToString(),
            ["model"] = Model,
            ["usage"] = new JsonObject { ["inputTokens"] = usage.InputTokens, ["outputTokens"] = usage.OutputTokens },
            ["finishReason"] = Answer.FinishReason,
        };
        if (json is { } value)
        {
            output["json"] = JsonNode.Parse(value.GetRawText());
        }

        return Json.ToElement(output);
    }
}
