using System.Xml.Linq;
using Retrace.Reporting.Html;

namespace Retrace.Dashboard;

/// <summary>A part of a page that is sent again when it changes.</summary>
/// <param name="Id">Of the element that holds it.</param>
/// <param name="Content">What that element holds.</param>
internal sealed record LivePart(string Id, IReadOnlyList<XElement> Content)
{
    /// <summary>The element, for the page as it is loaded.</summary>
    public XElement Element => new("div", new XAttribute("id", Id), Content);

    /// <summary>What stands within that element.</summary>
    public string Html
    {
        get
        {
            using StringWriter text = new();
            foreach (XElement element in Content)
            {
                HtmlText.WriteElement(element, text);
            }
            return text.ToString();
        }
    }
}
