using Microsoft.Extensions.Options;
using OtherThing.Core;
using OtherThing.Core.Retention;
using OtherThing.Data;
using OtherThing.Data.Conventions;
using OtherThing.Data.Retention;

namespace OtherThing.Web.Hosting;

/// <summary>Chooses the database and prepares it before the server says it is ready.</summary>
internal static class DataHosting
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        var server = builder.ReadServerOptions();
        // Only what is missing: as long as this server does not serve, what is there is another one's.
        PrivateFiles.CreateFolder(server.DataPath);
        var database = builder.ReadDatabaseOptions();
        database.MakeFile();
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddCore().AddDatabase(database).AddRetentionData().AddRetention();
        return builder;
    }

    /// <summary>The database that the configuration names.</summary>
    public static DatabaseOptions ReadDatabaseOptions(this WebApplicationBuilder builder)
    {
        var provider = builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite);
        var connection = builder.Configuration.GetConnectionString("Default");
        return string.IsNullOrEmpty(connection) ? DatabaseOptions.SqliteIn(builder.ReadServerOptions().DataPath) : new DatabaseOptions(provider, connection);
    }

    /// <summary>To be called once this server serves: the data directory is its own from here on.</summary>
    public static Task PrepareDatabaseAsync(this WebApplication app)
    {
        // The agent of this machine keeps its own folder, with modes that its jobs need.
        PrivateFiles.CloseFolder(app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.DataPath, except: "local-node");
        app.Services.GetRequiredService<DatabaseOptions>().CloseFile();
        return app.MigrateDatabaseAsync(app.Lifetime.ApplicationStopping);
    }
}
