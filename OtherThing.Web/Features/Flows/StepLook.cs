using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows;

/// <summary>How steps, their states and their connections look: what <c>wwwroot/canvas/look.js</c> says, which the canvas reads too.</summary>
internal static class StepLook
{
    private static readonly LookFile s_look = Read();

    public static CardMeasures Card => s_look.Card;

    public static ContainerMeasures Container => s_look.Container;

    public static WireMeasures Wire => s_look.Wire;

    public static string KindName(StepKind kind) => kind.ToString().ToLowerInvariant();

    public static string KindTitle(StepKind kind) => kind switch
    {
        StepKind.Trigger => "Start",
        StepKind.Ai => "AI",
        StepKind.Http => "HTTP",
        StepKind.Data => "Data",
        StepKind.Logic => "Logic",
        StepKind.Human => "People",
        StepKind.Node => "Machines",
        _ => "Output",
    };

    /// <summary>The path of a 24 x 24 shape.</summary>
    public static string Icon(StepKind kind) => s_look.Icons[KindName(kind)];

    /// <summary>The path of a step type's own shape, else of its family's.</summary>
    public static string Icon(StepType? type) => type is not null && s_look.Icons.TryGetValue(type.Name, out var own) ? own : Icon(type?.Kind ?? StepKind.Data);

    /// <summary>The path of a 24 x 24 shape for a state.</summary>
    public static string StateIcon(string state) => s_look.Icons.GetValueOrDefault(state, s_look.Icons["unknown"]);

    /// <summary>The word people read for a state.</summary>
    public static string StateWord(string state) => s_look.States.TryGetValue(state, out var look) ? look.Word : state;

    /// <summary>The role of a state's colour: <c>muted</c>, <c>info</c>, <c>success</c>, <c>warning</c>, <c>danger</c>.</summary>
    public static string StateTone(string state) => s_look.States.TryGetValue(state, out var look) ? look.Tone : "muted";

    private static LookFile Read()
    {
        using var stream = typeof(StepLook).Assembly.GetManifestResourceStream("OtherThing.Web.look.js")!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return JsonSerializer.Deserialize<LookFile>(
            text[(text.IndexOf("export default", StringComparison.Ordinal) + "export default".Length)..], Json.Options)!;
    }

    /// <summary>A step's card, in canvas pixels.</summary>
    internal sealed record CardMeasures(double Width, double Height, double HeaderHeight, double PortGap, double PortRoom);

    /// <summary>A container's frame, in canvas pixels: its least size, and what stays free around its steps.</summary>
    internal sealed record ContainerMeasures(double Pad, double Width, double Height);

    /// <summary>How a connection is led, in canvas pixels.</summary>
    internal sealed record WireMeasures(double Out, double Least, double Most, double Corner);

    private sealed record StateLook(string Word, string Tone);

    private sealed record LookFile(
        CardMeasures Card, ContainerMeasures Container, WireMeasures Wire, IReadOnlyDictionary<string, StateLook> States,
        IReadOnlyDictionary<string, string> Icons);
}
