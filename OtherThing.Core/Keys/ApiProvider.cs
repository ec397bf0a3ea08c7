namespace OtherThing.Core.Keys;

/// <summary>Whose API a key opens.</summary>
public enum ApiProvider
{
    /// <summary>OpenAI.</summary>
    Openai,

    /// <summary>Anthropic.</summary>
    Anthropic,

    /// <summary>Google Gemini, through its OpenAI-compatible endpoint.</summary>
    Google,

    /// <summary>Groq, through its OpenAI-compatible endpoint.</summary>
    Groq,

    /// <summary>Any OpenAI-compatible endpoint, named by its base URL.</summary>
    Custom,
}
