namespace OtherThing.Tests.Guide;

public sealed class TemplateGuideTests
{
    [Fact]
    public void Page_Templates_IsWhatTheCodeSays()
    {
        GuidePage.AssertIs("templates.md", TemplateGuide.Write());
    }
}
