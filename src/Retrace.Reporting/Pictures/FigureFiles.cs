using System.Globalization;
using System.Text;
using Retrace.Files;
using Retrace.Reporting.Html;

namespace Retrace.Reporting.Pictures;

/// <summary>Writes figures as files: NAME.png and NAME.svg to show, NAME.csv with the numbers.</summary>
internal static class FigureFiles
{
    /// <summary>Writes the three files of each figure. Names that come twice are numbered.</summary>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(IEnumerable<Figure> figures, string directory)
    {
        HashSet<string> taken = [];
        foreach (Figure figure in figures)
        {
            string name = figure.Name;
            for (int number = 2; !taken.Add(name); number++)
            {
                name = $"{figure.Name}-{number}";
            }
            string path = Path.Combine(directory, name);
            WriteCsv(figure, path + ".csv");
            WriteSvg(figure, path + ".svg");
            byte[] png = FigurePicture.DrawPng(figure.Alone());
            AtomicFile.Write(path + ".png", stream => stream.Write(png));
        }
    }

    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void WriteSvg(Figure figure, string path) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true);
        HtmlText.WriteElement(figure.Alone(), writer);
    });

    private static void WriteCsv(Figure figure, string path) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("line,kind,x,value,lower,upper");
        foreach (PlottedValue value in figure.Values)
        {
            writer.WriteLine(string.Join(
                ',',
                Quoted(value.Line),
                Quoted(value.Kind),
                Number(value.X),
                Number(value.Value),
                Number(value.Lower),
                Number(value.Upper)));
        }
    });

    private static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"")}\"";
}
