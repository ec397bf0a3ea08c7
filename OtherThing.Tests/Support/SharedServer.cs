[assembly: AssemblyFixture(typeof(OtherThing.Tests.Support.SharedServer))]

namespace OtherThing.Tests.Support;

/// <summary>One server for all tests that make accounts and workspaces of their own and need no settings.</summary>
public sealed class SharedServer : TestServer
{
}
