using Microsoft.AspNetCore.Components;
using OtherThing.Web.Components.Shared.Lists;

namespace OtherThing.Tests.Web.Components;

/// <summary>Filters in the address, beside a browser that answers each change only when it is told to.</summary>
public sealed class PageAddressTests : IDisposable
{
    private const string List = "http://localhost/w/acme/resources";
    private readonly SlowBrowser _browser = new(List + "?machine=Person%20298");
    private readonly PageAddress _address;

    public PageAddressTests() => _address = new PageAddress(_browser);

    public void Dispose() => _address.Dispose();

    [Fact]
    public void Set_TwoFiltersBeforeTheBrowserAnswers_BothStand()
    {
        _address.Set("machine", "", replace: true);
        _address.Set("state", "quarantined", replace: true);
        _browser.AnswerAll();

        Assert.Equal(List + "?state=quarantined", _browser.Uri);
    }

    [Fact]
    public void Set_WhileOneIsHalfAnswered_KeepsTheNewest()
    {
        _address.Set("machine", "linux", replace: true);
        _address.Set("state", "online");
        _browser.Answer();
        _address.Set("member", "Person 3");
        _browser.AnswerAll();

        Assert.Equal(List + "?machine=linux&state=online&member=Person%203", _browser.Uri);
    }

    [Fact]
    public void Set_AfterALinkWasFollowed_IsOfTheNewPage()
    {
        _address.Set("state", "online");
        _browser.Follow("http://localhost/w/acme/runs?status=failed");
        _address.Set("trigger", "manual");
        _browser.AnswerAll();

        Assert.Equal("http://localhost/w/acme/runs?status=failed&trigger=manual", _browser.Uri);
    }

    [Fact]
    public void Set_WhatStandsAlready_ChangesNothing()
    {
        _address.Set("machine", "Person 298");

        Assert.Equal(0, _browser.Waiting);
    }

    [Fact]
    public void Set_Several_LeavesTheRest()
    {
        _address.Set("state", "online");
        _address.Set(replace: true, ("machine", null), ("other", null));
        _browser.AnswerAll();

        Assert.Equal(List + "?state=online", _browser.Uri);
    }

    private sealed class SlowBrowser : NavigationManager
    {
        private readonly Queue<string> _asked = [];

        public SlowBrowser(string uri) => Initialize("http://localhost/", uri);

        public int Waiting => _asked.Count;

        public void Answer()
        {
            Uri = _asked.Dequeue();
            NotifyLocationChanged(isInterceptedLink: false);
        }

        public void AnswerAll()
        {
            while (_asked.Count > 0)
            {
                Answer();
            }
        }

        public void Follow(string link)
        {
            _asked.Clear();
            Uri = link;
            NotifyLocationChanged(isInterceptedLink: true);
        }

        protected override void NavigateToCore(string uri, NavigationOptions options) => _asked.Enqueue(uri);
    }
}
