using System.Reflection;
using System.Runtime.ExceptionServices;

namespace OtherThing.Tests.Support;

/// <summary>A store that does what the real one does, but for the calls that a test lets fail.</summary>
public static class Faulty
{
    /// <param name="inner">The real one.</param>
    /// <param name="fails">Asked with the name of each method that is called.</param>
    public static T Over<T>(T inner, Func<string, bool> fails)
        where T : class
    {
        var made = DispatchProxy.Create<T, Proxy>();
        var proxy = (Proxy)(object)made;
        (proxy.Inner, proxy.Fails) = (inner, fails);
        return made;
    }

    /// <summary>Made at run time in the shape of the store's interface.</summary>
    public class Proxy : DispatchProxy
    {
        internal object Inner { get; set; } = null!;

        internal Func<string, bool> Fails { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (Fails(targetMethod!.Name))
            {
                throw new IOException("The store does not answer.");
            }

            try
            {
                return targetMethod.Invoke(Inner, args);
            }
            catch (TargetInvocationException exception)
            {
                ExceptionDispatchInfo.Throw(exception.InnerException!);
                throw;
            }
        }
    }
}
