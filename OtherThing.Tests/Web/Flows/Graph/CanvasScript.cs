using Jint;
using Jint.Native.Object;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Flows.Graph;

/// <summary>The canvas's own modules, or others of the pages, run here without a browser.</summary>
internal sealed class CanvasScript : IDisposable
{
    private readonly Engine _engine;
    private readonly ObjectInstance _module;

    /// <param name="text">A module that may import the canvas's and exports what is asked.</param>
    /// <param name="folder">Where the modules are that it imports.</param>
    public CanvasScript(string text, string folder = "canvas")
    {
        _engine = new(options => options.EnableModules(Path.GetFullPath(Path.Combine(BuildOutput.Server, "../../../wwwroot", folder))));
        _engine.Modules.Add("asked", text);
        _module = _engine.Modules.Import("asked");
    }

    /// <summary>Calls an export with texts; answers its text, <c>true</c> or <c>false</c>.</summary>
    public string Call(string export, params string[] texts) => _engine.Invoke(_module.Get(export), [.. texts]).ToString();

    public void Dispose() => _engine.Dispose();
}
