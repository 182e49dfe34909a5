using System.Xml;
using System.Xml.Linq;

namespace Retrace.Reporting.Html;

/// <summary>Writes a tree of elements as HTML.</summary>
/// <remarks>
/// All text of a page passes through here as a node of a tree, so that none of it can become markup. XML's own writer
/// does not serve: it closes empty elements in a way that HTML reads as open, and fails at control characters.
/// </remarks>
internal static class HtmlText
{
    private const char Replacement = '\uFFFD';

    private static readonly HashSet<string> WithoutEnd = ["br", "img", "input", "link", "meta"];

    private static readonly HashSet<string> OnALineOfItsOwn =
    [
        "body", "details", "div", "figure", "footer", "form", "h1", "h2", "h3", "head", "header", "html", "meta", "nav", "p",
        "pre", "section", "style", "table", "tbody", "thead", "title", "tr", "ul",
    ];

    /// <exception cref="ArgumentException">The tree holds what no page of ours has, such as comments.</exception>
    public static void Write(XElement page, TextWriter output)
    {
        output.Write("<!DOCTYPE html>\n");
        WriteElement(page, output);
    }

    /// <summary>A part of a page, or an SVG document: to both, what is written here means the same.</summary>
    /// <exception cref="ArgumentException">The tree holds what no page of ours has, such as comments.</exception>
    public static void WriteElement(XElement element, TextWriter output)
    {
        string name = element.Name.LocalName;
        output.Write($"<{name}");
        foreach (XAttribute attribute in element.Attributes())
        {
            output.Write($" {attribute.Name.LocalName}=\"");
            WriteEscaped(attribute.Value, output);
            output.Write('"');
        }
        output.Write('>');
        if (!WithoutEnd.Contains(name))
        {
            WriteContent(element, output);
            output.Write($"</{name}>");
        }
        if (OnALineOfItsOwn.Contains(name) && element.Ancestors("svg").FirstOrDefault() is null)
        {
            output.Write('\n');
        }
    }

    private static void WriteContent(XElement element, TextWriter output)
    {
        foreach (XNode node in element.Nodes())
        {
            switch (node)
            {
                case XElement child:
                    WriteElement(child, output);
                    break;
                case XText text when element.Name == "style":
                    output.Write(text.Value); // HTML knows no escapes there; it is our own style sheet.
                    break;
                case XText text:
                    WriteEscaped(text.Value, output);
                    break;
                default:
                    throw new ArgumentException($"A page cannot hold a {node.NodeType}.", nameof(element));
            }
        }
    }

    private static void WriteEscaped(string text, TextWriter output)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            switch (character)
            {
                case '&':
                    output.Write("&amp;");
                    break;
                case '<':
                    output.Write("&lt;");
                    break;
                case '>':
                    output.Write("&gt;");
                    break;
                case '"':
                    output.Write("&quot;");
                    break;
                case '\'':
                    output.Write("&#39;");
                    break;
                case var high when i + 1 < text.Length && char.IsSurrogatePair(high, text[i + 1]):
                    output.Write(high);
                    output.Write(text[++i]);
                    break;
                default:
                    output.Write(XmlConvert.IsXmlChar(character) ? character : Replacement);
                    break;
            }
        }
    }
}
