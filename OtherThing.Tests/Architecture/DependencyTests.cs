using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Data;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Architecture;

/// <summary>A service that takes much does several things: it is split by what people do with it.</summary>
public sealed class DependencyTests(SharedServer server)
{
    private const int Most = 7;

    [Fact]
    public void Services_TakeAtMostSeven_BesideClockLoggerAndOptions()
    {
        var known = server.Services.GetRequiredService<IServiceProviderIsService>();
        var counted = new[] { typeof(Actor).Assembly, typeof(AppDbContext).Assembly, typeof(CurrentActor).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false })
            .SelectMany(type => type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            .Select(maker => (Type: maker.DeclaringType!.Name, Taken: maker.GetParameters().Count(taken => Counts(taken.ParameterType, known))))
            .ToList();

        Assert.Contains(counted, service => service is { Type: "RunGrain", Taken: > 3 });
        Assert.Contains(counted, service => service is { Type: "FlowSessions", Taken: > 3 });
        Assert.Equal("", string.Join('\n', counted.Where(service => service.Taken > Most).Select(service => $"{service.Type} takes {service.Taken}")));
    }

    private static bool Counts(Type type, IServiceProviderIsService known) =>
        known.IsService(type)
        && type != typeof(TimeProvider)
        && !typeof(ILogger).IsAssignableFrom(type)
        && !(type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(IOptions<>) || open == typeof(IOptionsMonitor<>) || open == typeof(IOptionsSnapshot<>)));
}
