using Xunit.Sdk;

namespace OtherThing.Tests.Browser.Support;

/// <summary>Gathers what assertions find, so that a look over many pages names every one with a fault and not the first only.</summary>
internal static class Faults
{
    public static async Task<IReadOnlyList<string>> OfAsync(Func<Task> look)
    {
        try
        {
            await look();
            return [];
        }
        catch (XunitException exception)
        {
            return [exception.Message];
        }
    }
}
