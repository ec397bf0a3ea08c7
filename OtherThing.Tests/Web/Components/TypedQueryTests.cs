using OtherThing.Web.Components.Shared.Lists;

namespace OtherThing.Tests.Web.Components;

public sealed class TypedQueryTests
{
    private readonly TypedQuery _query = new();

    [Fact]
    public void Arrive_OwnTypingThatComesBackLate_LosesNoLetter()
    {
        Assert.True(_query.Type("b"));
        Assert.True(_query.Type("bo"));
        _query.Arrive("b");
        Assert.True(_query.Type("boa"));
        _query.Arrive("bo");

        Assert.Equal("boa", _query.Text);
        _query.Arrive("boa");
        Assert.Equal("boa", _query.Text);
    }

    [Fact]
    public void Arrive_TypedAndTakenBack_IsEmptyAtTheEnd()
    {
        _query.Type("b");
        _query.Type("");
        _query.Arrive(null); // the page is drawn for another reason meanwhile
        _query.Arrive("b");
        Assert.Equal("", _query.Text);
        _query.Arrive(null);

        Assert.Equal("", _query.Text);
    }

    [Fact]
    public void Arrive_LinkOrBack_IsTakenOver()
    {
        _query.Type("boat");
        _query.Arrive("boat");
        _query.Arrive("report");
        Assert.Equal("report", _query.Text);
        Assert.False(_query.Type("report"));
        _query.Arrive(null);

        Assert.Equal("", _query.Text);
    }
}
