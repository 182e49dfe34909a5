using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Retrace.Files;

namespace Retrace.Reporting.Html;

/// <summary>The frame of a self-contained page: one file without scripts that loads nothing from elsewhere.</summary>
internal static class HtmlPage
{
    // The last line of defence: whatever a page's texts hold, the browser runs no script and asks no server.
    private const string ContentPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    /// <summary>The colours and lines of pages and plots.</summary>
    public static string StyleSheet { get; } = ReadStyleSheet();

    /// <summary>A page with its title as the heading.</summary>
    public static XElement Of(string title, params IEnumerable<XElement?> content) => new(
        "html",
        new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement(
                "meta",
                new XAttribute("http-equiv", "Content-Security-Policy"),
                new XAttribute("content", ContentPolicy)),
            new XElement(
                "meta",
                new XAttribute("name", "viewport"),
                new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("title", $"{title} – Retrace"),
            new XElement("style", StyleSheet)),
        new XElement("body", new XElement("h1", title), content));

    /// <summary>Sections with links to them in front, for finding one's way on a long page.</summary>
    public static IEnumerable<XElement> Contents(IEnumerable<XElement?> sections)
    {
        XElement[] shown = [.. sections.OfType<XElement>()];
        XElement[] links =
        [
            .. shown.Select(section => section.Element("h2")!).Select(heading =>
                new XElement("a", new XAttribute("href", $"#{heading.Attribute("id")!.Value}"), heading.Value)),
        ];
        return [new XElement("nav", new XAttribute("aria-label", "Contents"), links), .. shown];
    }

    /// <summary>A section with a heading; null where it would be empty.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="note">A sentence below it.</param>
    /// <param name="content">What is shown.</param>
    /// <param name="style">The class of the element that holds the content.</param>
    public static XElement? Section(string title, string note, IEnumerable<XElement> content, string style)
    {
        XElement[] shown = [.. content];
        return shown.Length == 0
            ? null
            : new XElement(
                "section",
                new XElement("h2", new XAttribute("id", title.ToLowerInvariant().Replace(' ', '-')), title),
                Note(note),
                new XElement("div", new XAttribute("class", style), shown));
    }

    /// <summary>A paragraph in the smaller, paler style of notes.</summary>
    public static XElement Note(string text) => new("p", new XAttribute("class", "note"), text);

    /// <summary>Writes a page, replacing an earlier one once it is complete.</summary>
    /// <param name="page">The root element of the page.</param>
    /// <param name="path">The HTML file; its folder is created if it does not exist.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(XElement page, string path) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true);
        HtmlText.Write(page, writer);
    });

    private static string ReadStyleSheet()
    {
        Assembly assembly = Assembly.GetExecutingAssembly();
        using Stream stream = assembly.GetManifestResourceStream("Retrace.Reporting.Report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
