using Microsoft.Extensions.Options;

namespace OtherThing.Web.Hosting.Start;

/// <summary>In Development, and only there, the agent of this machine as a child process.</summary>
internal static partial class DevelopmentNode
{
    public static WebApplicationBuilder AddDevelopmentNode(this WebApplicationBuilder builder)
    {
        var wanted = builder.Configuration.GetValue<bool?>($"{ServerOptions.Section}:{nameof(ServerOptions.LocalNode)}");
        if (!builder.Environment.IsDevelopment())
        {
            if (wanted == true)
            {
                builder.Services.AddHostedService<RefusedLocalNode>();
            }
        }
        else if (wanted != false)
        {
            builder.Services.AddHostedService<LocalNode>();
        }

        return builder;
    }

    /// <summary>Says once why the setting does nothing.</summary>
    private sealed partial class RefusedLocalNode(IOptions<ServerOptions> options, ILogger<RefusedLocalNode> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            LogRefused(options.Value.HttpPort);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(Level = LogLevel.Warning, Message =
            "OtherThing:LocalNode is ignored outside Development: a server must not run what its users wrote. Start otherthing-node yourself; the server "
                + "listens on {HttpPort}.")]
        private partial void LogRefused(int httpPort);
    }
}
