using OpenTelemetry;
using OtherThing.Core.Telemetry;

namespace OtherThing.Web.Hosting;

/// <summary>OpenTelemetry by its standard <c>OTEL_*</c> variables; silent when no endpoint is named.</summary>
internal static class TelemetrySetup
{
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return builder;
        }

        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(Instruments.Wildcard))
            .WithMetrics(metrics => metrics.AddMeter(Instruments.Wildcard, "Microsoft.AspNetCore.Hosting", "Microsoft.Orleans"))
            .UseOtlpExporter();
        return builder;
    }
}
