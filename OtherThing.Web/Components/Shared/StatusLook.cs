using System.Text.Json;
using MudBlazor;

namespace OtherThing.Web.Components.Shared;

/// <summary>How a status looks: its icon, its word and the role of its colour.</summary>
/// <param name="Icon">The icon's SVG.</param>
/// <param name="Word">The word people read.</param>
/// <param name="Tone">neutral, info, success, warning or danger.</param>
/// <param name="Spins">True for work in progress; still under reduced motion.</param>
public sealed record StatusLook(string Icon, string Word, string Tone, bool Spins = false)
{
    /// <summary>The look of any status of a run, step, job, node, key or task.</summary>
    public static StatusLook For(object status)
    {
        var name = status as string ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString() ?? "");
        var word = name.Length == 0 ? "" : char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
        return name switch
        {
            "todo" => new(Icons.Material.Outlined.Schedule, "To do", "neutral"),
            "queued" or "pending" => new(Icons.Material.Outlined.Schedule, word, "neutral"),
            "running" or "assigned" or "in_progress" => new(Icons.Material.Outlined.Autorenew, word, "info", Spins: name == "running"),
            "waiting_for_machine" => new(Icons.Material.Outlined.HourglassEmpty, "Waiting for a machine", "warning"),
            "waiting" => new(Icons.Material.Outlined.PanTool, word, "warning"),
            "succeeded" or "done" or "ready" or "ok" or "online" or "active" => new(Icons.Material.Outlined.CheckCircle, word, "success"),
            "failed" or "invalid" or "revoked" or "quarantined" => new(Icons.Material.Outlined.Cancel, word, "danger"),
            "cancelled" or "skipped" or "stale" or "refused" => new(Icons.Material.Outlined.Block, word, "neutral"),
            "unreachable" or "offline" or "lost" => new(Icons.Material.Outlined.CloudOff, word, "warning"),
            "draining" or "paused" => new(Icons.Material.Outlined.PauseCircle, word, "neutral"),
            _ => new(Icons.Material.Outlined.HelpOutline, word, "warning"),
        };
    }
}
