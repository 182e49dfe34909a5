using System.Xml.Linq;
using Retrace.Reporting.Html;

namespace Retrace.Reporting.Tests.Html;

public sealed class HtmlTextTests
{
    [Fact]
    public void Text_and_attributes_are_escaped() => Assert.Equal(
        "<b class=\"&quot;&gt;&lt;i a=&#39;&amp;\">&lt;/b&gt;&amp;lt; &#39;&quot;</b>",
        Write(new XElement("b", new XAttribute("class", "\"><i a='&"), "</b>&lt; '\"")));

    [Fact]
    public void What_no_page_may_hold_is_replaced() => Assert.Equal(
        "<b>a\uFFFDb\uFFFDc\uFFFDd\uFFFD𝑥\t\uFFFD</b>",
        Write(new XElement("b", "a\0b\u001Bc\uD835d\uFFFF\uD835\uDC65\t\uDC65")));

    [Fact]
    public void Elements_end_as_HTML_has_it() => Assert.Equal(
        "<td></td>", Write(new XElement("td")));

    [Fact]
    public void Elements_without_content_have_no_end() => Assert.Equal(
        "<td><img src=\"a\"><br></td>",
        Write(new XElement("td", new XElement("img", new XAttribute("src", "a")), new XElement("br"))));

    private static string Write(XElement element)
    {
        using StringWriter writer = new();
        HtmlText.Write(element, writer);
        return writer.ToString()["<!DOCTYPE html>\n".Length..];
    }
}
