using System.Reflection;
using NetArchTest.Rules;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Architecture;

/// <summary>Arrows point one way: Web to Data to Core; Web, Node and Lab to Protocol.</summary>
public sealed class LayerTests
{
    private static readonly Assembly s_web = typeof(CurrentActor).Assembly;

    private const string Logging = "Microsoft.Extensions.Logging.Abstractions";
    private const string Services = "Microsoft.Extensions.DependencyInjection.Abstractions";
    private const string Settings = "Microsoft.Extensions.Options";

    /// <summary>What each part may know beside .NET itself. A name here is a decision: what is not here does not belong there.</summary>
    public static TheoryData<string, string[]> Known { get; } = new()
    {
        {
            "OtherThing.Core",
            [
                Logging, Services, Settings, "Microsoft.Extensions.Options.ConfigurationExtensions", "Microsoft.Extensions.Configuration.Binder",
                "Microsoft.Extensions.Hosting.Abstractions", "Orleans.Core.Abstractions", "Orleans.Serialization",
                "Orleans.Serialization.Abstractions", "Cronos", "JsonSchema.Net", "JsonPointer.Net", "Json.More",
            ]
        },
        {
            "OtherThing.Data",
            [
                "OtherThing.Core", Logging, Services, Settings, "Microsoft.Extensions.DependencyInjection",
                "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Abstractions",
                "Microsoft.EntityFrameworkCore.Relational", "Microsoft.EntityFrameworkCore.Sqlite", "Microsoft.EntityFrameworkCore.SqlServer",
                "Microsoft.Data.Sqlite", "Microsoft.Data.SqlClient", "Microsoft.Extensions.Identity.Core", "Microsoft.Extensions.Identity.Stores",
                "Microsoft.AspNetCore.Identity.EntityFrameworkCore", "Microsoft.AspNetCore.DataProtection",
                "Microsoft.AspNetCore.DataProtection.Abstractions", "Microsoft.AspNetCore.DataProtection.EntityFrameworkCore",
                "Orleans.Serialization", "Orleans.Serialization.Abstractions",
            ]
        },
        { "OtherThing.Protocol", ["Google.Protobuf", "Grpc.Core.Api"] },
        {
            "otherthing-node",
            [
                "OtherThing.Protocol", "Google.Protobuf", "Grpc.Core.Api", "Grpc.Net.Client", "Grpc.Net.Common", Logging, "Spectre.Console",
                "BouncyCastle.Cryptography", "Microsoft.Win32.Registry",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Part_KnowsOnlyWhatItMay(string part, string[] known) =>
        Assert.Empty(Assembly.Load(part).GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => !IsOrIsUnder(name, "System") && name != "Microsoft.Win32.Primitives").Except(known));

    /// <summary>The Lab measures what users have: it starts the programs and talks to them from outside.</summary>
    [Fact]
    public void Lab_DrivesFromOutside() =>
        Assert.DoesNotContain(
            Assembly.Load("OtherThing.Lab").GetReferencedAssemblies(),
            reference => IsOrIsUnder(reference.Name!, "OtherThing") && reference.Name != "OtherThing.Protocol");

    [Fact]
    public void PagesAndEndpoints_TouchNoDatabase()
    {
        var touching = Types.InAssembly(s_web)
            .That().HaveDependencyOnAny("Microsoft.EntityFrameworkCore", "OtherThing.Data.AppDbContext", "Microsoft.Data.Sqlite")
            .GetTypes().Select(type => type.FullName!).Where(IsPageOrEndpoint);

        Assert.Empty(touching);
    }

    [Fact]
    public void Features_TouchNoStoresOfData()
    {
        var touching = Types.InAssembly(s_web).That().HaveDependencyOn("OtherThing.Data")
            .GetTypes().Select(type => type.FullName!)
            .Where(name => IsPageOrEndpoint(name) && name.StartsWith("OtherThing.Web.Features", StringComparison.Ordinal));

        Assert.Empty(touching);
    }

    /// <summary>A store asks nobody whether the person may: pages go through services, which do.</summary>
    [Fact]
    public void Pages_TakeServices_AndNoStores()
    {
        var pages = s_web.GetTypes().Where(type => typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type)).ToList();

        Assert.Contains(pages, page => page.Name == "RunPage");
        Assert.Empty(pages
            .SelectMany(page => page.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(taken => taken.PropertyType is { IsInterface: true } type
                && type.Assembly == typeof(OtherThing.Core.Access.Actor).Assembly
                && type.Name.EndsWith("Store", StringComparison.Ordinal))
            .Select(taken => $"{taken.DeclaringType!.Name} takes {taken.PropertyType.Name}"));
    }

    /// <summary>How a page gives up its questions and drops late answers is written once, in <see cref="PageLoad"/>.</summary>
    [Fact]
    public void Pages_GiveUpTheirQuestions_ByOneLoader()
    {
        string[] known = ["PaletteDialog._search"]; // each letter typed ends the search before it
        var pages = s_web.GetTypes().Where(type => typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type)).ToList();
        var fields = pages
            .SelectMany(page => page.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)).ToList();

        Assert.InRange(fields.Count(field => field.FieldType == typeof(PageLoad)), 20, int.MaxValue);
        Assert.Equal(known, fields.Where(field => field.FieldType == typeof(CancellationTokenSource))
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}"));
    }

    /// <summary>A feature's Setup puts the parts together, so it knows them all.</summary>
    private static bool IsPageOrEndpoint(string name) =>
        (name.StartsWith("OtherThing.Web.Components", StringComparison.Ordinal) || name.StartsWith("OtherThing.Web.Features", StringComparison.Ordinal))
        && !name.Split('+', '/')[0].EndsWith("Setup", StringComparison.Ordinal);

    private static bool IsOrIsUnder(string name, string outside) =>
        name == outside || name.StartsWith(outside + ".", StringComparison.Ordinal);
}
