using System.CommandLine;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Models;
using OtherThing.Agent.Policies;

namespace OtherThing.Agent.Cli;

/// <summary>What <c>run</c> and <c>service install</c> both take: which server, as whom, and what its owner lends.</summary>
internal sealed class JoinOptions
{
    private readonly Option<string> _server = new("--server") { Description = "The server's address, such as https://ot.example.org", Required = true };

    private readonly Option<string?> _token = new("--join-token")
    {
        Description = "A join token from the page My machines; without one a claim code is printed",
    };

    private readonly Option<string?> _name = new("--name") { Description = "What the machine is called; else the host's name" };

    private readonly Option<string?> _allow = new("--allow")
    {
        Description = "What others may run here, remembered: command,script,container,model or none",
    };

    private readonly Option<string[]> _models = new("--model-endpoint")
    {
        Description = "A server of models on this machine's loopback, remembered; may be repeated. Others are found by themselves",
    };

    private readonly Option<string?> _unsandboxed = Shared.AllowUnsandboxed();

    internal JoinOptions()
    {
        _server.Validators.Add(result =>
        {
            if (ServerAddress.Problem(result.GetValueOrDefault<string>() ?? "") is { } problem)
            {
                result.AddError(problem);
            }
        });
        _allow.Validators.Add(result =>
        {
            foreach (var kind in Kinds(result.GetValueOrDefault<string?>()).Except(LocalPolicy.AllKinds))
            {
                result.AddError($"--allow: '{kind}' is none of {string.Join(", ", LocalPolicy.AllKinds)}.");
            }
        });
        _models.Validators.Add(result =>
        {
            foreach (var problem in (result.GetValueOrDefault<string[]>() ?? []).Select(EndpointAddress.Problem).OfType<string>())
            {
                result.AddError($"--model-endpoint: {problem}");
            }
        });
    }

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { _server, _token, _name, _allow, _models, _unsandboxed })
        {
            command.Add(option);
        }
    }

    internal RunOptions Read(ParseResult parsed) => new()
    {
        Server = parsed.GetRequiredValue(_server),
        JoinToken = parsed.GetValue(_token),
        Name = parsed.GetValue(_name),
        Data = parsed.GetValue(Shared.Data),
        Allow = parsed.GetValue(_allow) is { } kinds ? Kinds(kinds) : null,
        ModelEndpoints = parsed.GetValue(_models) is { Length: > 0 } named ? named : null,
        Unsandboxed = Shared.Unsandboxed(parsed, _unsandboxed),
    };

    /// <summary>The words of <c>run</c> that every start needs.</summary>
    internal string[] Lasting(ParseResult parsed) => [_server.Name, parsed.GetRequiredValue(_server)];

    /// <summary>Those of the first start, which the agent remembers itself.</summary>
    internal string[] Once(ParseResult parsed) =>
    [
        .. Word(_token, parsed.GetValue(_token)), .. Word(_name, parsed.GetValue(_name)), .. Word(_allow, parsed.GetValue(_allow)),
        .. (parsed.GetValue(_models) ?? []).SelectMany(endpoint => Word(_models, endpoint)),
        .. Shared.Unsandboxed(parsed, _unsandboxed) is { } ids ? Word(_unsandboxed, ids.Count == 0 ? "none" : string.Join(',', ids)) : [],
    ];

    private static string[] Word(Option option, string? value) => value is null ? [] : [option.Name, value];

    private static string[] Kinds(string? text) =>
        text is null or "none" ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
