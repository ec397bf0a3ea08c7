using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>
/// What is wrong with an optional value of the query, in the caller's terms. The generated binding refuses such a request without a word:
/// it leaves the status 400 behind, and the endpoint is not called.
/// </summary>
internal static class QueryFault
{
    /// <param name="request">A request whose binding failed.</param>
    /// <returns>The refusal, which names the first value that cannot be read.</returns>
    public static Error Explain(HttpRequest request)
    {
        foreach (var parameter in request.HttpContext.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            var type = Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;
            if (parameter.HasTryParse && request.Query[parameter.Name].ToString() is { Length: > 0 } text
                && TypeDescriptor.GetConverter(type) is { } converter && converter.CanConvertFrom(typeof(string)) && !converter.IsValid(text))
            {
                var name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name);
                return Error.Invalid("request.malformed", name, $"{name} {BodyFault.Takes(type)}");
            }
        }

        return new Error(ErrorKind.Invalid, "request.malformed", "A value in the query cannot be read. Check the numbers and ids in the address.");
    }
}
