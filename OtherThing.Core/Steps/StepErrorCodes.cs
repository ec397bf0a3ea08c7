namespace OtherThing.Core.Steps;

/// <summary>A way in which a step can fail.</summary>
/// <param name="Code">Stable, as on the step run.</param>
/// <param name="Meaning">What it means, for people.</param>
/// <param name="Field">The place in the step where it is most likely mended, as <c>config.url</c>; null when it speaks of none.</param>
public sealed record StepErrorCode(string Code, string Meaning, string? Field = null);

/// <summary>The codes with which steps fail, by step type; the guide lists them.</summary>
public static class StepErrorCodes
{
    private static readonly Dictionary<string, StepErrorCode[]> s_ofType = new(StringComparer.Ordinal)
    {
        ["ai.chat"] =
        [
            new("ai.config_invalid", "Provider, key or schema are not what the step takes.", "config.provider"),
            new("ai.not_now",
                "The provider is busy or a limit is reached (429, 503, or an answer that says so); nothing was done, so it is tried again, after the time it "
                    + "asked for. What it had already begun to answer is kept, and tried again only as often as the step says."),
            new("ai.unreachable", "The provider cannot be reached; nothing was done, so it is tried again."),
            new("ai.no_machine",
                "No machine of the workspace serves the model, or none of those that do began to answer; what is missing is in the message. Nothing was done.",
                "config.model"),
            new("ai.key_rejected", "The provider rejected the key.", "config.keyId"),
            new("ai.refused",
                "The provider refused the request, for instance a model it does not have, or the model refused to answer; its words are in the message.",
                "config.model"),
            new("ai.provider_failed", "The provider failed (500 and above), or said so in the middle of its answer; what it had answered is kept."),
            new("ai.redirected", "The provider answered with a redirect, which a key never follows."),
            new("ai.output_invalid", "The answer does not fit responseSchema.", "config.responseSchema"),
            new("ai.answer_malformed", "The provider answered with something that is no answer."),
            new("ai.no_answer", "The connection broke before there was an answer; whether a provider charged it is not known."),
            new("ai.interrupted", "The answer broke off, or the server stopped; whether a provider charged it is not known. Of a machine of the workspace it "
                + "has failed: before its first token the next machine is asked instead."),
            new("ai.cancelled", "The call was stopped before its answer was whole."),
        ],
        ["http.request"] =
        [
            new("http.config_invalid", "Address, headers, query or body are not what the step takes.", "config.url"),
            new("http.not_now", "The other side answered 429 or 503; nothing was done, so it is tried again, after the time it asked for."),
            new("http.unreachable", "The name is not known or nobody answers; nothing was done, so it is tried again.", "config.url"),
            new("http.blocked", "The address is private or reserved, and the operator has not allowed it.", "config.url"),
            new("http.url_invalid", "The address is none that can be called.", "config.url"),
            new("http.header_invalid", "A header may not be set or has characters that are not allowed.", "config.headers"),
            new("http.secret_unreadable", "A header's secret was typed for another address, workspace or server; type it again.", "config.headers"),
            new("http.tls", "No secure connection could be made.", "config.url"),
            new("http.too_many_redirects", "The answer leads from address to address without an end.", "config.url"),
            new("http.too_large", "The answer is larger than a step takes."),
            new("http.body_not_text",
                "The answer's body is no text in the charset it names, or in UTF-8: a picture, an archive, or damaged. `responseBody: base64` returns its "
                    + "bytes.",
                "config.responseBody"),
            new("http.body_undecodable", "The answer's body cannot be unpacked: it was cut off, is damaged, or is packed in a way this server does not know."),
            new("http.timeout", "There was no answer in time; whether it took effect is not known unless the method is safe.", "timeoutSeconds"),
            new("run.limit.hops", "The address is one of this server, and its runs start one another over HTTP too often in a row (`Runs:Hops`)."),
            new("http.interrupted", "The connection broke, or the server stopped, before the answer was whole."),
        ],
        ["node.command"] =
        [
            new("node.config_invalid", "Command, script, environment or requirements are not what the step takes."),
            new("node.node_unknown", "The machine the step names does not serve this workspace.", "config.requirements.nodeId"),
            new("node.exit_code", "The program ended with another exit code than 0; the output is kept."),
            new("node.failed", "The machine could not run the program."),
            new("node.cancelled", "The job was stopped."),
            new("node.lost", "The machine was lost before the job began."),
            new("node.unknown", "The machine was lost while the job ran; whether it ended is not known."),
        ],
        ["flow.call"] =
        [
            new("flow.call_invalid", "The flow's id is none.", "config.flowId"),
            new("flow.call_too_deep", "Flows call flows too deep, perhaps themselves (`Runs:CallDepth`)."),
            new("run.limit.calls", "The run called too many runs, counting those that they called (`Runs:Calls`)."),
            new("flow.call_failed", "The called run failed; the message says where and why.", "config.flowId"),
            new("flow.call_cancelled", "The called run was cancelled."),
            new("flow.call_gone", "The called run is not there any more.", "config.flowId"),
        ],
        ["human.approval"] =
        [
            new("approval.invalid", "The time to wait is none.", "config.timeoutSeconds"),
            new("approval.fault", "The question could not be put on the board."),
        ],
        ["task.create"] = [new("task.invalid", "Title, column or member are not what a task takes.", "config.title")],
        ["logic.map"] =
        [
            new("map.items_invalid", "items is no array.", "config.items"),
            new("value.too_deep", "The results put together are nested more than 60 levels deep."),
            new("map.too_many_items", "items has more than 100,000 items.", "config.items"),
        ],
        ["logic.join"] = [new("value.too_deep", "What arrived, put together, is nested more than 60 levels deep.")],
        ["logic.wait"] = [new("wait.invalid", "seconds or until is no time to wait for.", "config.seconds")],
        ["placeholder"] = [new("step.placeholder", "It stands for a step that this server does not have.")],
    };

    /// <summary>What any step can fail with.</summary>
    public static IReadOnlyList<StepErrorCode> OfAll { get; } =
    [
        new("template.path_missing", "A template reads something that is not there; the message names the field, the place and what is there instead."),
        new("template.type_mismatch", "A filter or comparison was given a value of another kind than it takes."),
        new("template.value_invalid", "A filter was given a value it cannot use."),
        new("template.divide_by_zero", "A template divides by zero."),
        new("template.limit", "A template produced too much text or took too many steps."),
        new("access.run_as_removed", "The member the run acts for is no longer in the workspace; the run ends."),
        new("access.run_as_forbidden", "The role of the member the run acts for no longer allows running flows; the run ends."),
        new("step.timeout", "The attempt took longer than the step's time.", "timeoutSeconds"),
        new("step.fault", "The server failed; its log has more."),
        new("run.limit.steps", "The run had more step runs than one may have (`Runs:StepRuns`); it ends, whatever its steps say."),
        new("run.limit.bytes",
            "The run's values and the items it worked on took more memory than one run may (`Runs:MemoryMiB`); it ends, whatever its steps say."),
        new("step.not_available", "This server cannot carry out such steps."),
    ];

    /// <summary>What steps of a type can fail with besides.</summary>
    public static IReadOnlyList<StepErrorCode> Of(string type) => s_ofType.GetValueOrDefault(type, []);

    /// <summary>The place in a step of a type where an error of a code is most likely mended, as <c>config.url</c>; null when the code speaks of
    /// none.</summary>
    public static string? FieldOf(string type, string code) =>
        Of(type).Concat(OfAll).FirstOrDefault(known => known.Code == code)?.Field;
}
