using System.Xml.Linq;
using Retrace.Reporting.Html;

namespace Retrace.Dashboard;

/// <summary>A part of a page that is sent again when it changes.</summary>
/// <param name="Id">The id of the element that holds the part.</param>
/// <param name="Content">The content of that element.</param>
internal sealed record LivePart(string Id, IReadOnlyList<XElement> Content)
{
    /// <summary>The element, for the page as it is loaded.</summary>
    public XElement Element => new("div", new XAttribute("id", Id), Content);

    /// <summary>The content of that element as HTML.</summary>
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
