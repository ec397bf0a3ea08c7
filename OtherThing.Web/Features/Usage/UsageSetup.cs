using OtherThing.Core.Usage;
using OtherThing.Core.Usage.Prices;
using OtherThing.Data.Usage;

namespace OtherThing.Web.Features.Usage;

/// <summary>Registers and maps usage and prices.</summary>
internal static class UsageSetup
{
    public static WebApplicationBuilder AddUsage(this WebApplicationBuilder builder)
    {
        builder.Services.AddUsageData()
            .AddSingleton(ReadPrices(builder.Configuration["Prices:File"]))
            .AddSingleton<CostEngine>()
            .AddSingleton<UsageService>()
            .AddHostedService<StorageMetering>();
        return builder;
    }

    public static WebApplication MapUsage(this WebApplication app)
    {
        app.MapUsageEndpoints();
        return app;
    }

    /// <summary>The operator's price table in place of the shipped one; a table that cannot be read stops the start.</summary>
    private static PriceTable ReadPrices(string? file)
    {
        if (string.IsNullOrEmpty(file))
        {
            return PriceTable.Shipped;
        }

        using var stream = File.OpenRead(file);
        return PriceTable.Parse(stream, $"{Path.GetFileName(file)} {File.GetLastWriteTimeUtc(file):yyyy-MM-dd}");
    }
}
