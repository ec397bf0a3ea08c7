using Microsoft.Playwright;

namespace OtherThing.Tests.Browser.Support;

/// <summary>The line between a page and the server, made worse: slower by so much each way, or cut.</summary>
internal static class Line
{
    // Every message of the page's sockets waits; a cut closes them and lets no new one through until it is over.
    private const string Script = """
        (() => {
          const Plain = WebSocket, sockets = new Set();
          const line = window.line_ = { delay: 0, cut: false, drop(milliseconds) {
            line.cut = true;
            sockets.forEach(socket => socket.close());
            setTimeout(() => { line.cut = false; }, milliseconds);
          } };
          const onMessage = Object.getOwnPropertyDescriptor(Plain.prototype, 'onmessage');
          window.WebSocket = class extends Plain {
            constructor(url, protocols) {
              super(line.cut ? 'ws://127.0.0.1:9/' : url, protocols);
              sockets.add(this);
              this.addEventListener('close', () => sockets.delete(this));
            }
            send(data) {
              if (line.delay) setTimeout(() => { if (this.readyState === 1) super.send(data); }, line.delay);
              else super.send(data);
            }
            set onmessage(listener) {
              onMessage.set.call(this, event => line.delay ? setTimeout(() => listener.call(this, event), line.delay) : listener.call(this, event));
            }
          };
          const plainFetch = window.fetch;
          window.fetch = (resource, options) => line.cut && String(resource.url ?? resource).includes('_blazor')
            ? Promise.reject(new TypeError('the line is cut')) : plainFetch(resource, options);
        })();
        """;

    public static Task AddAsync(IBrowserContext browser) => browser.AddInitScriptAsync(Script);

    public static Task SlowAsync(IPage page, int milliseconds) => page.EvaluateAsync("delay => { window.line_.delay = delay; }", milliseconds);

    public static Task DropAsync(IPage page, int milliseconds) => page.EvaluateAsync("milliseconds => window.line_.drop(milliseconds)", milliseconds);
}
