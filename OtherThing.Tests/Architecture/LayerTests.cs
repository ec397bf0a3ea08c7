using System.Reflection;
using NetArchTest.Rules;
using OtherThing.Core.Access;
using OtherThing.Data;
using OtherThing.Web.Hosting;

namespace OtherThing.Tests.Architecture;

/// <summary>Arrows point one way: Web to Data to Core; Web, Node and Lab to Protocol.</summary>
public sealed class LayerTests
{
    private static readonly Assembly s_core = typeof(Actor).Assembly;
    private static readonly Assembly s_data = typeof(AppDbContext).Assembly;
    private static readonly Assembly s_web = typeof(CurrentActor).Assembly;
    private static readonly Assembly s_node = Assembly.Load("otherthing-node");
    private static readonly Assembly s_lab = Assembly.Load("OtherThing.Lab");

    [Theory]
    [InlineData("Microsoft.AspNetCore")]
    [InlineData("Microsoft.EntityFrameworkCore")]
    [InlineData("Microsoft.Data")]
    [InlineData("MudBlazor")]
    [InlineData("OpenAI")]
    [InlineData("Anthropic")]
    [InlineData("Microsoft.Extensions.AI")]
    [InlineData("Grpc")]
    [InlineData("Google.Protobuf")]
    [InlineData("OtherThing.Data")]
    [InlineData("OtherThing.Web")]
    [InlineData("OtherThing.Protocol")]
    public void Core_KnowsNothingOutside(string outside) =>
        Assert.DoesNotContain(s_core.GetReferencedAssemblies(), reference => IsOrIsUnder(reference.Name!, outside));

    [Theory]
    [InlineData("MudBlazor")]
    [InlineData("OpenAI")]
    [InlineData("Anthropic")]
    [InlineData("OtherThing.Web")]
    [InlineData("OtherThing.Protocol")]
    public void Data_KnowsOnlyCore(string outside) =>
        Assert.DoesNotContain(s_data.GetReferencedAssemblies(), reference => IsOrIsUnder(reference.Name!, outside));

    [Fact]
    public void Node_KnowsOnlyTheProtocol() =>
        Assert.DoesNotContain(
            s_node.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("OtherThing", StringComparison.Ordinal) && reference.Name != "OtherThing.Protocol");

    [Fact]
    public void Lab_DrivesFromOutside() =>
        Assert.DoesNotContain(
            s_lab.GetReferencedAssemblies(), reference => reference.Name is "OtherThing.Core" or "OtherThing.Data" or "OtherThing.Web");

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
            .Where(taken => taken.PropertyType is { IsInterface: true } type && type.Assembly == s_core && type.Name.EndsWith("Store", StringComparison.Ordinal))
            .Select(taken => $"{taken.DeclaringType!.Name} takes {taken.PropertyType.Name}"));
    }

    /// <summary>A feature's Setup puts the parts together, so it knows them all.</summary>
    private static bool IsPageOrEndpoint(string name) =>
        (name.StartsWith("OtherThing.Web.Components", StringComparison.Ordinal) || name.StartsWith("OtherThing.Web.Features", StringComparison.Ordinal))
        && !name.Split('+', '/')[0].EndsWith("Setup", StringComparison.Ordinal);

    private static bool IsOrIsUnder(string name, string outside) =>
        name == outside || name.StartsWith(outside + ".", StringComparison.Ordinal);
}
