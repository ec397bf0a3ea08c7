using System.Globalization;
using System.Text.Json.Nodes;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>What a line did.</summary>
/// <param name="ExitCode">0 done, 1 refused, 2 not understood.</param>
/// <param name="Text">For a person.</param>
/// <param name="Data">For a program; null when there is nothing.</param>
/// <param name="Output">The last result, for a page that draws tables; null when refused.</param>
/// <param name="Code">The refusal's stable code; null when done.</param>
public sealed record ConsoleResult(int ExitCode, string Text, JsonNode? Data, ConsoleOutput? Output = null, string? Code = null);

/// <summary>Runs lines. The console may do what its user may do: every command's own row is checked by its service.</summary>
public sealed class ConsoleService(Door door, IEnumerable<IConsoleCommand> commands)
{
    /// <summary>The longest line, in characters.</summary>
    public const int MaxLine = 4_000;

    /// <summary>Rows when nobody says how many.</summary>
    public const int DefaultRows = 50;

    private static readonly ConsoleFlag[] s_common =
    [
        new("json", "Answer as JSON"),
        new("limit", $"At most this many rows, 1 to {PageRequest.MaxLimit}", TakesValue: true),
    ];

    private readonly SortedDictionary<string, IConsoleCommand> _commands =
        new(commands.ToDictionary(command => command.Name), StringComparer.Ordinal);

    /// <summary>Runs a line (A44, and the row of each command).</summary>
    /// <returns>
    /// What happened: a refused command is a result with an exit code. Refused as a whole: <c>console.line_invalid</c>, and what the
    /// door says of the console itself.
    /// </returns>
    /// <param name="actor">Who.</param>
    /// <param name="workspaceId">Where.</param>
    /// <param name="line">What was typed, up to <see cref="MaxLine"/> characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="confirm">
    /// Asks the person to show who they are, when a command is refused for that (<see cref="Door.SignInAgain"/>); true when they did. That
    /// command alone is then tried again: what stands before it in the line was done.
    /// </param>
    public async Task<Result<ConsoleResult>> ExecuteAsync(
        Actor actor, Guid workspaceId, string? line, CancellationToken cancellationToken, Func<Task<bool>>? confirm = null)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.ConsoleUse, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (string.IsNullOrWhiteSpace(line) || line.Length > MaxLine)
        {
            return ConsoleErrors.LineInvalid;
        }

        if (!ConsoleSyntax.Parse(line).TryGet(out var pipelines, out var wrong))
        {
            return Refused(wrong, "");
        }

        var said = new List<string>();
        ConsoleResult? last = null;
        foreach (var pipeline in pipelines)
        {
            last = await RunAsync(actor, workspaceId, pipeline, cancellationToken);
            if (last.Code == Door.SignInAgain && confirm is not null && await confirm())
            {
                last = await RunAsync(actor, workspaceId, pipeline, cancellationToken);
            }

            said.Add(last.Text);
            if (last.ExitCode != 0)
            {
                break; // what follows may have relied on it
            }
        }

        return last! with { Text = string.Join("\n\n", said) };
    }

    /// <summary>The commands that start so, for completion.</summary>
    public IReadOnlyList<string> Complete(string start) =>
        [.. _commands.Keys.Append("help").Order(StringComparer.Ordinal).Where(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Whether a line begins with a command there is; what it does with the rest shows when it runs.</summary>
    public bool Knows(string line) =>
        ConsoleSyntax.Parse(line).TryGet(out var pipelines, out _)
        && pipelines.All(pipeline => pipeline.Command.Words[0] == "help" || Find(pipeline.Command.Words).Command is not null);

    private async Task<ConsoleResult> RunAsync(Actor actor, Guid workspaceId, ConsolePipeline pipeline, CancellationToken cancellationToken)
    {
        var words = pipeline.Command.Words;
        var asJson = false;
        Result<ConsoleOutput> outcome;
        if (words[0] == "help")
        {
            outcome = Help([.. words.Skip(1)]);
        }
        else if (Find(words) is not ({ } command, var rest))
        {
            outcome = ConsoleErrors.UnknownCommand(words[0], Nearest.To(words[0], _commands.Keys.Append("help")));
        }
        else if (!ConsoleArguments.Parse(rest, [.. command.Flags, .. s_common]).TryGet(out var arguments, out var wrong)
            || !Limit(arguments).TryGet(out var limit, out wrong))
        {
            outcome = wrong.Code == "console.usage" ? ConsoleErrors.Usage($"{wrong.Message}\nUsage: {command.Usage}") : wrong;
        }
        else
        {
            asJson = arguments.Has("json");
            outcome = await command.RunAsync(new ConsoleCall(actor, workspaceId, arguments, limit), cancellationToken);
        }

        foreach (var filter in pipeline.Filters)
        {
            if (!outcome.TryGet(out var before, out _))
            {
                break;
            }

            outcome = ConsoleFilters.Apply(before, filter);
        }

        if (!outcome.TryGet(out var output, out var error))
        {
            return Refused(error, words[0]);
        }

        return new ConsoleResult(0, asJson ? ConsoleText.ToJson(output) : ConsoleText.Render(output), ConsoleText.DataOf(output), asJson ? null : output);
    }

    private (IConsoleCommand? Command, IReadOnlyList<string> Others) Find(IReadOnlyList<string> words)
    {
        if (words.Count > 1 && _commands.TryGetValue($"{words[0]} {words[1]}", out var two))
        {
            return (two, [.. words.Skip(2)]);
        }

        return _commands.TryGetValue(words[0], out var one) ? (one, [.. words.Skip(1)]) : (null, []);
    }

    private static Result<int> Limit(ConsoleArguments arguments) =>
        arguments.Value("limit") is not { } text ? DefaultRows
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= PageRequest.MaxLimit ? limit
        : ConsoleErrors.Usage($"--limit takes 1 to {PageRequest.MaxLimit}, not '{text}'.");

    private Result<ConsoleOutput> Help(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            var rows = _commands.Values.Select(command => new JsonObject
            {
                ["command"] = command.Name,
                ["does"] = command.Summary,
                ["example"] = command.Usage,
            });
            return ConsoleOutput.Table(["command", "does", "example"], [.. rows]) with
            {
                Message = $"Results go through filters after a |: {string.Join(", ", ConsoleFilters.Usages.Keys)}. Every command takes --json and --limit.",
            };
        }

        if (ConsoleFilters.Usages.TryGetValue(words[0], out var usage))
        {
            return ConsoleOutput.Say($"Filter: … | {usage}");
        }

        if (Find(words) is not ({ } found, _))
        {
            return ConsoleErrors.UnknownCommand(words[0], Nearest.To(words[0], _commands.Keys));
        }

        var flags = found.Flags.Concat(s_common).Select(flag => $"  --{flag.Name}{(flag.TakesValue ? "=…" : "")}  {flag.Text}");
        return ConsoleOutput.Say($"{found.Name}: {found.Summary}\nUsage: {found.Usage}\n{string.Join('\n', flags)}");
    }

    private static ConsoleResult Refused(Error error, string command) => new(
        error.Code.StartsWith("console.", StringComparison.Ordinal) && error.Kind == ErrorKind.Invalid ? 2 : 1,
        (command.Length > 0 ? $"{command}: " : "") + error.Message,
        new JsonObject { ["code"] = error.Code, ["message"] = error.Message },
        Code: error.Code);
}
