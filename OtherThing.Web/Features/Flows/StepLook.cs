using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows;

/// <summary>How the families of steps look; the same shapes as in <c>wwwroot/canvas/icons.js</c>.</summary>
internal static class StepLook
{
    public static string KindName(StepKind kind) => kind.ToString().ToLowerInvariant();

    public static string KindTitle(StepKind kind) => kind switch
    {
        StepKind.Trigger => "Start",
        StepKind.Ai => "AI",
        StepKind.Http => "HTTP",
        StepKind.Data => "Data",
        StepKind.Logic => "Logic",
        StepKind.Human => "People",
        StepKind.Node => "Nodes",
        _ => "Output",
    };

    /// <summary>The path of a 24 x 24 shape.</summary>
    public static string Icon(StepKind kind) => kind switch
    {
        StepKind.Trigger => "M8 5v14l11-7z",
        StepKind.Ai => "M12 2l2.4 6.6L21 11l-6.6 2.4L12 20l-2.4-6.6L3 11l6.6-2.4z",
        StepKind.Http => "M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm-1 17.93c-3.95-.49-7-3.85-7-7.93 0-.62.08-1.21.21-1.79L9 15v1c0 1.1.9 2 2 2v1.93zm6.9-2.54c-.26-.81-1-1.39-1.9-1.39h-1v-3c0-.55-.45-1-1-1H8v-2h2c.55 0 1-.45 1-1V7h2c1.1 0 2-.9 2-2v-.41c2.93 1.19 5 4.06 5 7.41 0 2.08-.8 3.97-2.1 5.39z",
        StepKind.Data => "M4 7v2c0 .55-.45 1-1 1H2v4h1c.55 0 1 .45 1 1v2c0 1.65 1.35 3 3 3h3v-2H7c-.55 0-1-.45-1-1v-2c0-1.3-.84-2.42-2-2.83v-.34C5.16 11.42 6 10.3 6 9V7c0-.55.45-1 1-1h3V4H7C5.35 4 4 5.35 4 7zm17 3c-.55 0-1-.45-1-1V7c0-1.65-1.35-3-3-3h-3v2h3c.55 0 1 .45 1 1v2c0 1.3.84 2.42 2 2.83v.34c-1.16.41-2 1.52-2 2.83v2c0 .55-.45 1-1 1h-3v2h3c1.65 0 3-1.35 3-3v-2c0-.55.45-1 1-1h1v-4h-1z",
        StepKind.Logic => "M14 4l2.29 2.29-2.88 2.88 1.42 1.42 2.88-2.88L20 10V4h-6zm-4 0H4v6l2.29-2.29 4.71 4.7V20h2v-8.41l-5.29-5.3L10 4z",
        StepKind.Human => "M12 12c2.21 0 4-1.79 4-4s-1.79-4-4-4-4 1.79-4 4 1.79 4 4 4zm0 2c-2.67 0-8 1.34-8 4v2h16v-2c0-2.66-5.33-4-8-4z",
        StepKind.Node => "M20 18c1.1 0 1.99-.9 1.99-2L22 6c0-1.1-.9-2-2-2H4c-1.1 0-2 .9-2 2v10c0 1.1.9 2 2 2H0v2h24v-2h-4zM4 6h16v10H4V6z",
        _ => "M14.4 6L14 4H5v17h2v-7h5.6l.4 2h7V6z",
    };
}
