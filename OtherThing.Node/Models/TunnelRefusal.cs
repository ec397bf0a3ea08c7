using OtherThing.Agent.Attempts;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Models;

/// <summary>The owner's last word about a call of a model, whatever the server thinks.</summary>
internal static class TunnelRefusal
{
    private static readonly (string Method, string Path)[] s_served =
        [("POST", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("GET", "/v1/models")];

    /// <summary>Why a call is not taken; null when it is.</summary>
    internal static Refusal? Check(OpenTunnel asked, NodeTerms terms, IReadOnlyList<ModelEndpoint> found) =>
        terms.Local.Paused ? new("paused", "The owner of the machine has paused it.") :
        terms.Server is { Draining: true } ? new("draining", "The machine is being drained.") :
        CheckGoingOn(asked, terms) ??
        (found.FirstOrDefault(endpoint => endpoint.Endpoint == asked.Endpoint) is not { } known
            ? new("unknown_endpoint", "The machine lends no such endpoint.")
        : known.Problem.Length > 0 ? new("unreachable", known.Problem)
        : null);

    /// <summary>The same for a call that is at work: a pause or a drain lets it end, but what the owner forbade since stops it.</summary>
    internal static Refusal? CheckGoingOn(OpenTunnel asked, NodeTerms terms) =>
        !terms.Local.Kinds.Contains(ModelWatch.Kind) ? new("not_allowed", "The owner of the machine does not allow model.") :
        terms.Local.Workspaces.Count > 0 && !terms.Local.Workspaces.Contains(asked.WorkspaceId)
            ? new("not_allowed", "The owner of the machine does not allow this workspace.") :
        terms.Server is { } server && !server.Workspaces.Contains(asked.WorkspaceId)
            ? new("not_allowed", "The machine is not assigned to this workspace.") :
        null;

    /// <summary>Only what a model is asked by: an endpoint has other paths, which pull and delete models.</summary>
    internal static Refusal? Check(TunnelOpen open) => s_served.Contains((open.Method, open.Path))
        ? null
        : new("path_refused", $"Only {string.Join(", ", s_served.Select(served => $"{served.Method} {served.Path}"))} are served.");
}
