namespace OtherThing.Tests.Support;

/// <summary>How much the tests with random cases try: little in everyday runs, much with <c>eng/test --long</c>, which sets
/// <c>OTHERTHING_TESTS=long</c>.</summary>
internal static class Effort
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("OTHERTHING_TESTS") == "long";

    public static int Of(int everyday, int longRun) => IsLong ? longRun : everyday;
}
