import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.semanticweb.HermiT.ReasonerFactory;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.TurtleDocumentFormat;
import org.semanticweb.owlapi.io.StringDocumentSource;
import org.semanticweb.owlapi.model.AxiomType;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.MissingImportHandlingStrategy;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyCreationException;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.model.parameters.Imports;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.profiles.Profiles;
import org.semanticweb.owlapi.reasoner.OWLReasoner;

/**
 * Reads Turtle files as one ontology and prints what breaks OWL 2 DL, what breaks OWL 2 RL, and what HermiT finds.
 *
 * <p>Run: {@code java -cp JARS ProfileCheck.java [--no-reasoner] FILE... [--next FILE...]...}
 *
 * <p>A file with an ontology header is loaded as that ontology. All other files are joined into one that imports these, so
 * that what they say is read with the declarations at hand. Output is one fact a line, tab separated: {@code axioms N},
 * {@code assertions CLASS OBJECT DATA DIFFERENT ANNOTATION}, {@code unread TRIPLE}, {@code DL violation},
 * {@code RL violation}, {@code consistent true|false} (only where OWL 2 DL is kept), {@code unsatisfiable CLASS}, and last
 * {@code done}; so for the files before each {@code --next} and after the last. Exit 0 when it got that far, whatever it
 * found; 2 when it could not.
 */
public final class ProfileCheck {
    private static final String JOINED = "urn:aligngraph:joined";
    private static final Pattern HEADER =
            Pattern.compile("^<([^>]+)>\\s+a\\s+[^;.]*\\bowl:Ontology\\b", Pattern.MULTILINE);

    private ProfileCheck() {}

    public static void main(String[] arguments) throws IOException {
        boolean reason = true;
        List<List<Path>> groups = new ArrayList<>(List.of(new ArrayList<>()));
        for (String argument : arguments) {
            if (argument.equals("--no-reasoner")) {
                reason = false;
            } else if (argument.equals("--next")) {
                groups.add(new ArrayList<>());
            } else {
                groups.get(groups.size() - 1).add(Path.of(argument));
            }
        }
        if (groups.stream().anyMatch(List::isEmpty)) {
            System.err.println("usage: ProfileCheck.java [--no-reasoner] FILE... [--next FILE...]...");
            System.exit(2);
        }
        try {
            for (List<Path> files : groups) {
                check(load(files), reason);
            }
        } catch (OWLOntologyCreationException error) {
            System.err.println(error.getMessage());
            System.exit(2);
        }
    }

    private static OWLOntology load(List<Path> files) throws IOException, OWLOntologyCreationException {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        manager.getOntologyConfigurator().setMissingImportHandlingStrategy(MissingImportHandlingStrategy.THROW_EXCEPTION);
        StringBuilder joined = new StringBuilder();
        List<String> headed = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            var header = HEADER.matcher(text);
            if (header.find()) {
                headed.add(header.group(1));
                IRI iri = IRI.create(header.group(1));
                IRI document = IRI.create(file.toFile().getAbsoluteFile());
                manager.getIRIMappers().add(wanted -> wanted.equals(iri) ? document : null);
            } else {
                texts.add(text);
            }
        }
        joined.append("@prefix owl: <http://www.w3.org/2002/07/owl#> .\n");
        joined.append("<").append(JOINED).append("> a owl:Ontology .\n");
        for (String iri : headed) {
            joined.append("<").append(JOINED).append("> owl:imports <").append(iri).append("> .\n");
        }
        texts.forEach(text -> joined.append(text).append("\n"));
        return manager.loadOntologyFromOntologyDocument(
                new StringDocumentSource(joined.toString(), IRI.create(JOINED), new TurtleDocumentFormat(), "text/turtle"));
    }

    private static void check(OWLOntology ontology, boolean reason) {
        System.out.println("axioms\t" + ontology.getAxiomCount(Imports.INCLUDED));
        System.out.println("assertions\t"
                + ontology.getAxiomCount(AxiomType.CLASS_ASSERTION, Imports.INCLUDED) + "\t"
                + ontology.getAxiomCount(AxiomType.OBJECT_PROPERTY_ASSERTION, Imports.INCLUDED) + "\t"
                + ontology.getAxiomCount(AxiomType.DATA_PROPERTY_ASSERTION, Imports.INCLUDED) + "\t"
                + ontology.getAxiomCount(AxiomType.DIFFERENT_INDIVIDUALS, Imports.INCLUDED) + "\t"
                + ontology.getAxiomCount(AxiomType.ANNOTATION_ASSERTION, Imports.INCLUDED));
        ontology.importsClosure().forEach(part -> part.getOWLOntologyManager()
                .getOntologyFormat(part)
                .getOntologyLoaderMetaData()
                .ifPresent(read -> read.getUnparsedTriples().forEach(triple -> print("unread", triple.toString()))));
        List<OWLProfileViolation> outsideDl = Profiles.OWL2_DL.checkOntology(ontology).getViolations();
        report("DL", outsideDl);
        report("RL", Profiles.OWL2_RL.checkOntology(ontology).getViolations());
        // HermiT refuses what is outside OWL 2 DL.
        if (reason && outsideDl.isEmpty()) {
            OWLReasoner reasoner = new ReasonerFactory().createReasoner(ontology);
            boolean consistent = reasoner.isConsistent();
            System.out.println("consistent\t" + consistent);
            if (consistent) {
                reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom()
                        .forEach(found -> print("unsatisfiable", found.getIRI().toString()));
            }
        }
        System.out.println("done");
    }

    private static void report(String profile, List<OWLProfileViolation> violations) {
        Set<String> lines = violations.stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
        lines.forEach(line -> print(profile, line));
    }

    private static void print(String kind, String text) {
        System.out.println(kind + "\t" + text.replaceAll("\\s+", " "));
    }
}
